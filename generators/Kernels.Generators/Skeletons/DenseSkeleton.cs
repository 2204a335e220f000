using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>The register tile of a convolution that keeps every weight: rows of single values times a panel of vectors.</summary>
internal static class DenseSkeleton
{
    /// <summary>Parameters of a tile but for its rows, those of <c>CpuDenseTiles.Tile</c>.</summary>
    public const string Parameters =
        "float* values, float* panel, int steps, float* start, long startStride, float* output, long stride, float* next, long nextStep";

    // Steps written out in a row, which ask for one line: CpuDenseTiles.StepsOfFetch.
    private const int Together = 4;

    /// <summary>Writes a tile of <paramref name="rows"/> × <paramref name="vectors"/> sums, which stay in registers.</summary>
    public static void WriteTile(SourceWriter writer, GroupTile tile, string name, int rows, int vectors)
    {
        var width = vectors * tile.Lanes;
        writer.Line(tile.MethodAttributes);
        using (writer.Open($"private static void {name}({Parameters})"))
        {
            for (var row = 0; row < rows; row++) writer.Line($"{tile.Vector} {Join(vectors, v => Sum(row, v))};");
            using (writer.Open("if (startStride < 0)"))
                for (var row = 0; row < rows; row++)
                    writer.Line($"{Sum(row, 0)} = {tile.Broadcast($"start + {row}")};{string.Concat(Enumerable.Range(1, vectors - 1).Select(v => $" {Sum(row, v)} = {Sum(row, 0)};"))}");
            using (writer.Open("else"))
                for (var row = 0; row < rows; row++)
                    for (var v = 0; v < vectors; v++)
                        writer.Line($"{Sum(row, v)} = {tile.Load($"start + {row} * startStride + {v * tile.Lanes}")};");
            foreach (var together in new[] { Together, 1 })
                using (writer.Open($"for (; steps >= {together}; steps -= {together})"))
                {
                    if (together == Together)
                    {
                        writer.Line(tile.Fetch("next"));
                        writer.Line("next += nextStep;");
                    }

                    for (var step = 0; step < together; step++)
                        using (writer.Open(""))
                            WriteStep(writer, tile, rows, vectors, step);
                    writer.Line($"values += {together * rows};");
                    writer.Line($"panel += {together * width};");
                }

            for (var row = 0; row < rows; row++)
                for (var v = 0; v < vectors; v++) tile.Finish(writer, Sum(row, v), $"output + {row} * stride + {v * tile.Lanes}");
        }

        writer.Line();
    }

    private static void WriteStep(SourceWriter writer, GroupTile tile, int rows, int vectors, int step)
    {
        for (var v = 0; v < vectors; v++) writer.Line($"var p{v} = {tile.Load($"panel + {step * vectors * tile.Lanes + v * tile.Lanes}")};");
        for (var row = 0; row < rows; row++)
        {
            writer.Line($"{(row == 0 ? "var " : "")}x = {tile.Broadcast($"values + {step * rows + row}")};");
            for (var v = 0; v < vectors; v++) writer.Line($"{Sum(row, v)} = {tile.MultiplyAdd("x", $"p{v}", Sum(row, v))};");
        }
    }

    private static string Sum(int row, int vector) => $"s{row}_{vector}";

    private static string Join(int count, Func<int, string> part) => string.Join(", ", Enumerable.Range(0, count).Select(part));
}
