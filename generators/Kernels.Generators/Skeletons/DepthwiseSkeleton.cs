using Kernels.Generators.Emission;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loops of a depthwise convolution, over the image as it lies: a tile is a vector of windows in each of some rows, so that pixels
/// which several rows of windows meet are loaded once. Rows beyond the image are a row of zeros; columns beyond it are masked away, in
/// the tiles that reach there.
/// </summary>
internal sealed class DepthwiseSkeleton(SourceWriter writer, GroupTile tile, WindowSpec window)
{
    // A vector for each tap, the pixels and the sums fit sixteen registers; larger windows read their weights again.
    private const int MostHeldTaps = 9;

    // Rows of windows of a tile: images of networks are so often halved to a side of seven.
    private const int TileRows = 7;

    // Floats of a cache line.
    private const int FloatsOfLine = 16;

    // Windows of a tile begin in so many columns.
    private readonly int _tileColumns = tile.Lanes * window.Stride;

    private bool AreTapsHeld => window.Side * window.Side <= MostHeldTaps;

    /// <summary>Writes <c>Channel</c> for windows of one size.</summary>
    public void Write()
    {
        writer.Line(tile.MethodAttributes);
        using (writer.Open("public override void Channel(global::Kernels.DepthwiseChannel* channel)"))
        {
            writer.Line("float* image = channel->Image, zeros = channel->Zeros, valid = channel->Valid, weights = channel->Weights, bias = &channel->Bias;");
            writer.Line("int height = channel->Height, rows = channel->Rows;\nnint width = channel->Width, columns = channel->Columns;");
            if (AreTapsHeld)
                for (var tap = 0; tap < window.Side * window.Side; tap++) writer.Line($"var w{tap} = {tile.Broadcast($"weights + {tap}")};");
            writer.Line("var row = 0;");
            foreach (var tileRows in new[] { TileRows, 1 }) WriteRows(tileRows);
        }
    }

    // The last tile of a row lies as far back as it must to end where the windows end.
    private void WriteRows(int rows)
    {
        using (writer.Open($"for (; row + {rows} <= rows; row += {rows})"))
        {
            writer.Line($"var top = row * {window.Stride} - {window.Padding};");
            for (var y = 0; y < PixelRows(rows); y++)
                if (MayLieBeyond(y, PixelRows(rows)))
                    writer.Line($"var p{y} = (uint)(top + {y}) < (uint)height ? image + (top + {y}) * width : zeros;");
            writer.Line($"float* inside = image + (top + {window.Padding}) * width, y = channel->Output + row * columns;");
            if (rows > 1) writer.Line($"float* nextPixels = inside + {rows * window.Stride} * width, nextOutputs = y + {rows} * columns;");
            using (writer.Open("for (nint left = 0;;)"))
            {
                if (rows > 1) WriteFetches(rows);
                writer.Line($"var at = left * {window.Stride};");
                var reach = _tileColumns - window.Stride + window.Side - window.Padding;
                using (writer.Open($"if (at >= {window.Padding} && at + {reach} <= width)")) WriteTile(rows, isMasked: false);
                using (writer.Open("else")) WriteTile(rows, isMasked: true);
                writer.Line($"if (left + {tile.Lanes} >= columns) break;");
                writer.Line($"left = global::System.Math.Min(left + {tile.Lanes}, columns - {tile.Lanes});");
            }
        }
    }

    // What the next row of tiles reads and writes lies in one piece: each tile asks for its share, as rows are too short to be foreseen.
    private void WriteFetches(int rows)
    {
        foreach (var (next, share) in new[] { ("nextPixels", rows * window.Stride * window.Stride), ("nextOutputs", rows) })
            for (var ahead = 0; ahead < share * tile.Lanes; ahead += FloatsOfLine) writer.Line(tile.FetchNear($"{next} + {share} * left + {ahead}"));
    }

    private void WriteTile(int rows, bool isMasked)
    {
        writer.Line("var p = inside + at;");
        for (var x = 0; isMasked && x < window.Side; x++)
            if (IsMasked(x)) writer.Line($"var m{x} = {Mask(x - window.Padding)};");
        for (var y = 0; y < PixelRows(rows); y++)
        {
            var isInside = !MayLieBeyond(y, PixelRows(rows));
            for (var x = 0; x < window.Side; x++)
            {
                WritePixels(isInside ? "p" : $"p{y} + at", x, isMasked, y == 0);
                for (var row = 0; row < rows; row++)
                {
                    var tap = (y - row * window.Stride) * window.Side + x;
                    if (tap < x || tap >= window.Side * window.Side) continue;
                    var sum = tile.MultiplyAdd("pixels", AreTapsHeld ? $"w{tap}" : tile.Broadcast($"weights + {tap}"), tap == 0 ? tile.Broadcast("bias") : $"s{row}");
                    writer.Line($"{(tap == 0 ? "var " : "")}s{row} = {sum};");
                }
            }

            if (isInside) writer.Line("p += width;");
            var (done, isDone) = ((y - window.Side + 1) / window.Stride, y >= window.Side - 1 && (y - window.Side + 1) % window.Stride == 0);
            if (!isDone) continue;
            if (window.Stride != 1) writer.Line($"s{done} = {tile.InOrder($"s{done}")};");
            tile.Finish(writer, $"s{done}", done == 0 ? "y + left" : $"y + left + {done} * columns");
        }
    }

    // Where windows move by two, vectors of neighbours hold the pixels of two taps.
    private void WritePixels(string row, int x, bool isMasked, bool isFirstRow)
    {
        var (declares, column) = (x == 0 && isFirstRow ? "var " : "", x - window.Padding);
        // Taps pair up from the last; the first of an odd number stays alone.
        var isSecond = x > 0 && (window.Side - x) % 2 == 1;
        if (window.Stride == 2 && !isSecond)
            writer.Line($"{declares}near = {tile.Load($"{row} + {column}")};\n{declares}far = {tile.Load($"{row} + {column + tile.Lanes}")};");
        var pixels = window.Stride == 1 ? tile.Load($"{row} + {column}") : isSecond ? tile.Odd("near", "far") : tile.Even("near", "far");
        writer.Line($"{declares}pixels = {(isMasked && IsMasked(x) ? tile.And(pixels, $"m{x}") : pixels)};");
    }

    private string Mask(int column)
    {
        var mask = tile.Load($"valid + at + {column}");
        return window.Stride == 1 ? mask : tile.Even(mask, tile.Load($"valid + at + {column + tile.Lanes}"));
    }

    // Pixels of the other taps lie inside in every window.
    private bool IsMasked(int x) => MayLieBeyond(x, window.Side);

    private bool MayLieBeyond(int place, int count) => place < window.Padding || place >= count - window.Padding;

    private int PixelRows(int rows) => (rows - 1) * window.Stride + window.Side;
}
