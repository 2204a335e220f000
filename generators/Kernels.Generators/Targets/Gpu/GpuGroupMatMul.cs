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
            var groups = Multiprocessor.Groups(tile.Threads, Multiprocessor.MostRegisters / 2, tile.SharedBytes);
            var shape = $"new global::Kernels.GpuProductShape({side}, {side}, {tile.Threads}, {tile.SharedBytes}, {groups}, "
                + $"{tile.Teams * tile.GroupRows}, {tile.StreamThreads}, {tile.StreamSharedBytes})";
            using var _ = writer.Open(
                $"private sealed class {lowering}() : global::Kernels.GpuGroupMatMulProgram(global::Kernels.GpuLowering.{lowering}, {spec.GroupRows}, {shape})");
            foreach (var kernel in new[] { "Tile", "StreamOne", "StreamFour" })
                writer.Line($"public override global::System.Delegate {kernel}<TValues>() => {kernel}Kernel<TValues>;\n");
            var skeleton = new GpuGroupSkeleton(writer, tile, new GpuEpilogue(writer, spec.Epilogue?.Parameters.Count ?? 0));
            skeleton.WriteTile("TileKernel");
            skeleton.WriteStream("StreamOneKernel", 1);
            skeleton.WriteStream("StreamFourKernel", 4);
            if (spec.Epilogue is { } epilogue) GpuExpression.Printer.WriteMethod(writer, "Epilogue", epilogue);
        }
    }
}
