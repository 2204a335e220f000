using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Simd;

/// <summary>The SIMD programs of a product, one for each vector width.</summary>
internal static class SimdMatMul
{
    /// <summary>Parameters of <c>CpuMatMulProgram.Tile</c>.</summary>
    public const string TileParameters =
        "global::Kernels.ElementType type, int rows, float* a, byte* w, int steps, float* partial, bool resume, float* output, long stride";

    // A panel's block of inputs that stays in L1 while tiles of rows pass.
    private const int DenseBlockBytes = 16 << 10;

    // Tiles of many rows read integers that the plan has widened; streams read every storage.
    private static readonly string[] TileStorages = ["Float32", "BFloat16", "Float16"], StreamStorages = [.. TileStorages, "Int8", "Int4"];

    /// <summary>Names of the program classes <see cref="Write"/> emits, in order of preference.</summary>
    public static IEnumerable<string> ProgramNames() => VectorWidth.All.Select(Name);

    public static void Write(SourceWriter writer, MatMulSpec spec)
    {
        foreach (var width in VectorWidth.All)
        {
            var (rows, block) = spec.IsDense
                ? ($"{width.TileRows}, {width.TileRows - 1}", DenseBlockBytes / (width.Panel * 4))
                : (string.Join(", ", SelectedRowsTile.Rows(width)), SelectedRowsTile.BlockInputs(width, Run(spec)));
            using (writer.Open($"private sealed class {Name(width)}() : global::Kernels.CpuMatMulProgram({width.Bits}, [{rows}], {width.Panel}, {block})"))
                WriteProgram(writer, spec, width);
        }
    }

    private static string Name(VectorWidth width) => $"Simd{width.Bits}";

    private static SemiStructuredRun Run(MatMulSpec spec) => new(spec.Kept, spec.Of);

    private static void WriteProgram(SourceWriter writer, MatMulSpec spec, VectorWidth width)
    {
        SimdContractionTile tile = spec.IsDense
            ? new DenseTile(width)
            : new SemiStructuredTile(width, Run(spec));
        using (writer.Open("public override void Stream(global::Kernels.ElementType type, float* a, long activationStride, int rows, byte* w, long panelBytes, int panels, int steps, int scaleSteps, float* output, long stride)"))
            WriteSwitch(writer, StreamStorages, storage => $"Stream<{storage}>(a, activationStride, rows, w, panelBytes, panels, steps, scaleSteps, output, stride);");
        writer.Line();
        if (spec.IsDense)
        {
            using (writer.Open($"public override void Tile({TileParameters})"))
            {
                WriteTileSwitch(writer, width.TileRows, $"if (rows == {width.TileRows})");
                WriteTileSwitch(writer, width.TileRows - 1, "else");
            }

            writer.Line();
            foreach (var rows in new[] { width.TileRows, width.TileRows - 1 }) ContractionSkeleton.WriteTile(writer, tile, rows, width.TileVectors);
            new ScatterTile(writer, width).WriteDense();
        }
        else
        {
            new SelectedRowsTile(writer, width, Run(spec)).Write(tile.MethodAttributes);
            new ScatterTile(writer, width).WriteSemiStructured(Run(spec));
        }

        WriteStreams(writer, tile, width, spec.IsDense);
        SimdEpilogue.Write(writer, width, spec.Epilogue);
    }

    private static void WriteTileSwitch(SourceWriter writer, int rows, string condition)
    {
        using (writer.Open(condition))
            WriteSwitch(writer, TileStorages, storage => $"Tile{rows}<{storage}>(a, w, steps, partial, resume, output, stride);");
    }

    private static void WriteSwitch(SourceWriter writer, string[] storages, Func<string, string> call)
    {
        using (writer.Open("switch (type)"))
            foreach (var storage in storages)
                writer.Line($"case global::Kernels.ElementType.{storage}: {call($"global::Kernels.{storage}Panels")} break;");
    }

    /// <summary>Row counts share a variant with the next larger one; as many panels as registers allow keep several memory streams open.</summary>
    private static void WriteStreams(SourceWriter writer, ContractionTile tile, VectorWidth width, bool isDense)
    {
        // Sparse panels hold their metadata in registers beside the sums.
        var accumulators = width.TileRows * width.TileVectors * 2 / 3 / (isDense ? 1 : 2);
        var variants = new[] { 1, 2, 4 }.Select(rows => (Rows: rows, Panels: Math.Max(1, Math.Min(4, accumulators / (rows * width.TileVectors))))).ToArray();
        using (writer.Open($"private static void Stream{tile.Generics("float* a, long activationStride, int rows, byte* w, long panelBytes, int panels, int steps, int scaleSteps, float* output, long stride")}"))
        {
            foreach (var (rows, wide) in variants)
            {
                using (writer.Open($"if (rows <= {rows})"))
                {
                    foreach (var count in wide > 1 ? new[] { wide, 1 } : [1])
                        using (writer.Open($"for (; panels >= {count}; panels -= {count})"))
                        {
                            writer.Line($"Stream{rows}x{count}<TStorage>(a, activationStride, rows, w, panelBytes, steps, scaleSteps, output, stride);");
                            writer.Line($"w += {count} * panelBytes;");
                            writer.Line($"output += {count * width.Panel};");
                        }

                    writer.Line("return;");
                }
            }
        }

        writer.Line();
        foreach (var (rows, wide) in variants)
        {
            if (wide > 1) ContractionSkeleton.WriteStream(writer, tile, rows, wide, width.TileVectors);
            ContractionSkeleton.WriteStream(writer, tile, rows, 1, width.TileVectors);
        }
    }
}
