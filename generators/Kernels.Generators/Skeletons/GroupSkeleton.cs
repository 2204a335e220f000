using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loop nest of a product with groups of outputs that share their inputs: for every block of outputs, every stored group
/// multiplies one row of activations, a tile of vectors wide, into <c>rows</c> rows of accumulators.
/// </summary>
internal static class GroupSkeleton
{
    /// <summary>Writes a tile of <paramref name="rows"/> × <paramref name="vectors"/> accumulators, which stay in registers through a block.</summary>
    public static void WriteTile(SourceWriter writer, GroupTile tile, string name, int rows, int vectors)
    {
        writer.Line(tile.MethodAttributes);
        using (writer.Open($"private static void {name}(float* x, long inputStride, int* offsets, int first, int end, int* columns, float* values, float* y, long outputStride)"))
        {
            writer.Line($"var w = values + (long)offsets[first] * {rows};");
            writer.Line("var c = columns + offsets[first];");
            writer.Line($"y += (long)first * {rows} * outputStride;");
            using (writer.Open($"for (var block = first; block < end; block++, y += {rows} * outputStride)"))
            {
                for (var row = 0; row < rows; row++)
                    writer.Line($"{tile.Vector} {Join(", ", vectors, v => $"s_{row}_{v} = {tile.Zero}")};");
                using (writer.Open($"for (var stop = columns + offsets[block + 1]; c < stop; c++, w += {rows})"))
                {
                    writer.Line("var p = x + *c * inputStride;");
                    if (rows > 1)
                        for (var v = 0; v < vectors; v++) writer.Line($"var x{v} = {tile.Load($"p + {v * tile.Lanes}")};");
                    for (var row = 0; row < rows; row++)
                    {
                        writer.Line($"{(row == 0 ? "var " : "")}b = {tile.Broadcast($"w + {row}")};");
                        for (var v = 0; v < vectors; v++)
                            writer.Line($"s_{row}_{v} = {tile.MultiplyAdd(rows > 1 ? $"x{v}" : tile.Load($"p + {v * tile.Lanes}"), "b", $"s_{row}_{v}")};");
                    }
                }

                for (var row = 0; row < rows; row++)
                    for (var v = 0; v < vectors; v++) writer.Line(tile.Store($"s_{row}_{v}", $"y + {row} * outputStride + {v * tile.Lanes}"));
            }
        }

        writer.Line();
    }

    private static string Join(string separator, int count, Func<int, string> part) => string.Join(separator, Enumerable.Range(0, count).Select(part));
}
