using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Cuda;

namespace Kernels.Generators.Targets.Gpu;

/// <summary>The programs of a product by grouped weights for devices reached through ILGPU: one text in the sizes that suit each lowering.</summary>
internal static class GpuGroupMatMul
{
    // As for dense weights: what two groups of threads leave of the registers on CUDA, and groups small enough for every device on OpenCL.
    private static readonly (string Lowering, int Side, int StreamThreads)[] Lowerings = [("OpenCL", 64, 64), ("Cuda", 128, 256)];

    /// <summary>Names of the program classes <see cref="Write"/> emits, in order of preference.</summary>
    public static IEnumerable<string> ProgramNames() => Lowerings.Select(lowering => lowering.Lowering);

    public static void Write(SourceWriter writer, MatMulSpec spec)
    {
        foreach (var (lowering, side, streamThreads) in Lowerings)
        {
            var tile = new GpuGroupTile(spec.GroupRows, side, streamThreads);
            var back = new GpuTransposedGroupTile(spec.GroupRows, side, streamThreads);
            var shape = Shape(side, tile.Threads, tile.SharedBytes, tile.Teams * tile.GroupRows, streamThreads, tile.StreamSharedBytes);
            var transposed = Shape(side, back.Threads, back.SharedBytes, back.Teams, streamThreads, back.StreamSharedBytes);
            using var _ = writer.Open(
                $"private sealed class {lowering}() : global::Kernels.GpuGroupMatMulProgram(global::Kernels.GpuLowering.{lowering}, {spec.GroupRows}, {shape}, {transposed})");
            foreach (var kernel in new[] { "Tile", "StreamOne", "StreamFour", "TransposedTile", "TransposedStreamOne", "TransposedStreamFour" })
                writer.Line($"public override global::System.Delegate {kernel}<TValues>() => {kernel}Kernel<TValues>;\n");
            var epilogue = new GpuEpilogue(writer, spec.Epilogue?.Parameters.Count ?? 0);
            var skeleton = new GpuGroupSkeleton(writer, tile, epilogue);
            skeleton.WriteTile("TileKernel");
            skeleton.WriteStream("StreamOneKernel", 1);
            skeleton.WriteStream("StreamFourKernel", 4);
            var leadingBack = new GpuTransposedGroupSkeleton(writer, back, epilogue);
            leadingBack.WriteTile("TransposedTileKernel");
            leadingBack.WriteStream("TransposedStreamOneKernel", 1);
            leadingBack.WriteStream("TransposedStreamFourKernel", GpuTransposedGroupTile.MostStreamRows);
            if (spec.Epilogue is { } method) GpuExpression.Printer.WriteMethod(writer, "Epilogue", method);
        }
    }

    private static string Shape(int side, int threads, int sharedBytes, int streamOutputs, int streamThreads, int streamSharedBytes)
    {
        var groups = Multiprocessor.Groups(threads, Multiprocessor.MostRegisters / 2, sharedBytes);
        return $"new global::Kernels.GpuProductShape({side}, {side}, {threads}, {sharedBytes}, {groups}, {streamOutputs}, {streamThreads}, {streamSharedBytes})";
    }
}
