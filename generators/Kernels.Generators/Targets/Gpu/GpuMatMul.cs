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
            GpuForwardTile tile = spec.IsDense ? new GpuMatMulDenseTile(rows, outputs, slices) : new GpuMatMulSemiStructuredTile(rows, outputs, slices);
            GpuTransposedTile back = spec.IsDense
                ? new GpuTransposedDenseTile(rows, outputs, slices)
                : new GpuTransposedSemiStructuredTile(rows, outputs, slices);
            using var _ = writer.Open(
                $"private sealed class {lowering}() : global::Kernels.GpuMatMulProgram(global::Kernels.GpuLowering.{lowering}, {Shape(tile)}, {Shape(back)})");
            var finish = new GpuEpilogue(writer, spec.Epilogue?.Parameters.Count ?? 0);
            var forward = new GpuContractionSkeleton(writer, tile, new GpuForwardStream(writer, tile), finish);
            WriteKernels(writer, forward, "", [("One", 1), ("Four", 4), ("Eight", 8)]);
            var transposed = new GpuContractionSkeleton(writer, back, new GpuTransposedStream(writer, back), finish);
            WriteKernels(writer, transposed, "Transposed", [("One", 1), ("Eight", 8)]);
            if (spec.Epilogue is { } epilogue) GpuExpression.Printer.WriteMethod(writer, "Epilogue", epilogue);
        }
    }

    private static string Shape(GpuContractionTile tile)
    {
        var groups = Multiprocessor.Groups(tile.Threads, Multiprocessor.MostRegisters / 2, tile.SharedBytes);
        return $"new global::Kernels.GpuProductShape({tile.Rows}, {tile.Outputs}, {tile.Threads}, {tile.SharedBytes}, {groups}, "
            + $"{GpuContractionTile.PanelWidth}, {tile.StreamThreads}, {tile.StreamSharedBytes})";
    }

    private static void WriteKernels(SourceWriter writer, GpuContractionSkeleton skeleton, string direction, (string Name, int Rows)[] streams)
    {
        Override("Tile");
        skeleton.WriteTile($"{direction}TileKernel");
        foreach (var (name, rows) in streams)
        {
            Override($"Stream{name}");
            skeleton.WriteStream($"{direction}Stream{name}Kernel", rows);
        }

        void Override(string kernel) =>
            writer.Line($"public override global::System.Delegate {direction}{kernel}<TPanels>() => {direction}{kernel}Kernel<TPanels>;\n");
    }
}
