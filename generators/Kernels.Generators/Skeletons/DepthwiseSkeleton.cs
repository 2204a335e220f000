using Kernels.Generators.Emission;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Skeletons;

/// <summary>The loop of a depthwise convolution: along a row of windows, a vector of them at a time, every tap multiplies a vector of pixels.</summary>
internal static class DepthwiseSkeleton
{
    // A vector for each tap, the pixels and the sum fit sixteen registers; larger windows read their weights again.
    private const int MostHeldTaps = 9;

    /// <summary>Writes <c>Row</c> for windows of one size.</summary>
    public static void Write(SourceWriter writer, GroupTile tile, WindowSpec window)
    {
        var taps = window.Side * window.Side;
        writer.Line(tile.MethodAttributes);
        using (writer.Open("public override void Row(float* image, long pitch, long odd, float* weights, float bias, float* output, int vectors)"))
        {
            if (taps <= MostHeldTaps)
                for (var tap = 0; tap < taps; tap++) writer.Line($"var w{tap} = {tile.Broadcast($"weights + {tap}")};");
            writer.Line($"var b = {tile.Broadcast("&bias")};");
            using (writer.Open($"for (; vectors > 0; vectors--, image += {tile.Lanes}, output += {tile.Lanes})"))
            {
                writer.Line("var sum = b;");
                for (var tap = 0; tap < taps; tap++)
                {
                    var weight = taps <= MostHeldTaps ? $"w{tap}" : tile.Broadcast($"weights + {tap}");
                    writer.Line($"sum = {tile.MultiplyAdd(tile.Load(Pixels(tap / window.Side, tap % window.Side, window.Stride)), weight, "sum")};");
                }

                tile.Finish(writer, "sum", "output");
            }
        }
    }

    // Where windows move by two, even and odd columns lie apart.
    private static string Pixels(int row, int column, int stride)
    {
        var place = stride == 1 ? $"{column}" : column % 2 == 0 ? $"{column / 2}" : $"odd + {column / 2}";
        return row == 0 ? $"image + {place}" : $"image + {row} * pitch + {place}";
    }
}
