using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>The rows of a pointwise convolution: the channels themselves.</summary>
internal sealed unsafe class ChannelPanels(int channels) : PanelSource
{
    public override int Rows => channels;

    public override void Fill(float* image, long stride, float* panels, int pitch, int first, int pixels, int width, long ahead)
    {
        var panel = (long)channels * pitch;
        var whole = pixels / width;
        for (var channel = 0; channel < channels; channel++)
        {
            var source = image + channel * stride + first;
            var target = panels + (long)channel * pitch;
            for (var i = 0; i < pixels; i += CacheLine.Floats) CacheLine.Fetch(source + ahead + i);
            for (var tile = 0; tile < whole; tile++, source += width, target += panel) Copy(source, target, width);
            if (whole * width == pixels) continue;
            var rest = pixels - whole * width;
            for (var i = 0; i < rest; i++) target[i] = source[i];
            for (var i = rest; i < width; i++) target[i] = 0;
        }
    }

    // Tiles are whole vectors: multiples of four.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* source, float* target, int count)
    {
        var i = 0;
        for (; i + 8 <= count; i += 8) Vector256.Store(Vector256.Load(source + i), target + i);
        if (i < count) Vector128.Store(Vector128.Load(source + i), target + i);
    }
}
