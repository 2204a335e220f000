using Kernels.Generators.Emission;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loops of a depthwise convolution: a tile is a vector of windows in each of some rows, so that pixels which several rows of
/// windows meet are loaded once.
/// </summary>
internal static class DepthwiseSkeleton
{
    // A vector for each tap, the pixels and the sums fit sixteen registers; larger windows read their weights again.
    private const int MostHeldTaps = 9;

    // Rows of windows of a tile.
    private const int TileRows = 4;

    /// <summary>Writes <c>Channel</c> for windows of one size.</summary>
    public static void Write(SourceWriter writer, GroupTile tile, WindowSpec window)
    {
        var taps = window.Side * window.Side;
        writer.Line(tile.MethodAttributes);
        using (writer.Open("public override void Channel(float* plane, long pitch, long odd, float* weights, float bias, float* output, int rows, int columns)"))
        {
            if (taps <= MostHeldTaps)
                for (var tap = 0; tap < taps; tap++) writer.Line($"var w{tap} = {tile.Broadcast($"weights + {tap}")};");
            using (writer.Open($"if (rows >= {TileRows})")) WriteRows(writer, tile, window, TileRows);
            using (writer.Open("else")) WriteRows(writer, tile, window, 1);
        }
    }

    // The last tile of a row, and the last row of tiles, lie as far back as they must to end where the image ends.
    private static void WriteRows(SourceWriter writer, GroupTile tile, WindowSpec window, int rows)
    {
        using (writer.Open($"for (var first = 0; first < rows; first += {rows})"))
        {
            writer.Line(rows == 1 ? "var row = first;" : $"var row = global::System.Math.Min(first, rows - {rows});");
            writer.Line($"float* image = plane + row * {window.Stride} * pitch, y = output + (long)row * columns;");
            using (writer.Open("for (var left = 0;;)"))
            {
                WriteTile(writer, tile, window, rows);
                writer.Line($"if (left + {tile.Lanes} >= columns) break;");
                writer.Line($"left = global::System.Math.Min(left + {tile.Lanes}, columns - {tile.Lanes});");
            }
        }
    }

    private static void WriteTile(SourceWriter writer, GroupTile tile, WindowSpec window, int rows)
    {
        writer.Line("var p = image + left;");
        writer.Line($"{tile.Vector} {string.Join(", ", Enumerable.Range(0, rows).Select(row => $"s{row} = {tile.Broadcast("&bias")}"))};");
        for (var y = 0; y < (rows - 1) * window.Stride + window.Side; y++)
        {
            for (var x = 0; x < window.Side; x++)
            {
                writer.Line($"{(x == 0 && y == 0 ? "var " : "")}pixels = {tile.Load(Pixels(x, window.Stride))};");
                for (var row = 0; row < rows; row++)
                {
                    var (tap, isMet) = (y - row * window.Stride, y >= row * window.Stride && y < row * window.Stride + window.Side);
                    if (isMet) writer.Line($"s{row} = {tile.MultiplyAdd("pixels", Weight(tile, window, tap * window.Side + x), $"s{row}")};");
                }
            }

            writer.Line("p += pitch;");
        }

        for (var row = 0; row < rows; row++) tile.Finish(writer, $"s{row}", row == 0 ? "y + left" : $"y + left + {row} * (long)columns");
    }

    private static string Weight(GroupTile tile, WindowSpec window, int tap) =>
        window.Side * window.Side <= MostHeldTaps ? $"w{tap}" : tile.Broadcast($"weights + {tap}");

    // Where windows move by two, even and odd columns lie apart.
    private static string Pixels(int column, int stride) =>
        stride == 1 ? $"p + {column}" : column % 2 == 0 ? $"p + {column / 2}" : $"p + odd + {column / 2}";
}
