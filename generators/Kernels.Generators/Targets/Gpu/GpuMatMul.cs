using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Cuda;

namespace Kernels.Generators.Targets.Gpu;

/// <summary>The programs of a product for devices reached through ILGPU: one text in the sizes that suit each lowering.</summary>
internal static class GpuMatMul
{
    // CUDA: 64 KB of registers hold two groups of 256 threads with 64 sums each, and streaming groups of 512 threads keep 32 KB of
    // loads under way. OpenCL: groups small enough for every device.
    private static readonly (string Lowering, int Rows, int Outputs, int Slices)[] Lowerings = [("OpenCL", 64, 64, 32), ("Cuda", 128, 128, 128)];

    /// <summary>Names of the program classes <see cref="Write"/> emits, in order of preference.</summary>
    public static IEnumerable<string> ProgramNames() => Lowerings.Select(lowering => lowering.Lowering);

    public static void Write(SourceWriter writer, MatMulSpec spec)
    {
        foreach (var (lowering, rows, outputs, slices) in Lowerings)
        {
            GpuContractionTile tile = spec.IsDense
                ? new GpuMatMulDenseTile(rows, outputs, slices)
                : new GpuMatMulSemiStructuredTile(rows, outputs, slices);
            var groups = Multiprocessor.Groups(tile.Threads, Multiprocessor.MostRegisters / 2, tile.SharedBytes);
            var shape = $"new global::Kernels.GpuProductShape({rows}, {outputs}, {tile.Threads}, {tile.SharedBytes}, {groups}, "
                + $"{GpuContractionTile.PanelWidth}, {tile.StreamThreads}, {tile.StreamSharedBytes})";
            using var _ = writer.Open($"private sealed class {lowering}() : global::Kernels.GpuMatMulProgram(global::Kernels.GpuLowering.{lowering}, {shape})");
            foreach (var kernel in new[] { "Tile", "StreamOne", "StreamFour", "StreamEight" })
                writer.Line($"public override global::System.Delegate {kernel}<TPanels>() => {kernel}Kernel<TPanels>;\n");
            var skeleton = new GpuContractionSkeleton(writer, tile, new GpuEpilogue(writer, spec.Epilogue?.Parameters.Count ?? 0));
            skeleton.WriteTile("TileKernel");
            skeleton.WriteStream("StreamOneKernel", 1);
            skeleton.WriteStream("StreamFourKernel", 4);
            skeleton.WriteStream("StreamEightKernel", 8);
            if (spec.Epilogue is { } epilogue) GpuExpression.Printer.WriteMethod(writer, "Epilogue", epilogue);
        }
    }
}
