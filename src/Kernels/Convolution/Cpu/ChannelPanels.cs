using System.Runtime.CompilerServices;

namespace Kernels;

/// <summary>The rows of a pointwise convolution: the channels themselves.</summary>
internal sealed unsafe class ChannelPanels(int channels) : PanelSource
{
    private float* _image;
    private long _stride;

    public override int Rows => channels;

    public override long WorkspaceBytes => 0;

    public override void Begin(float* image, long stride)
    {
        _image = image;
        _stride = stride;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Fill(float* panels, int pitch, int first, int pixels, int width, long panelFloats)
    {
        var whole = pixels / width;
        for (var channel = 0; channel < channels; channel++)
        {
            var source = _image + channel * _stride + first;
            var target = panels + (long)channel * pitch;
            if (width < PixelRun.Eight && channel + 1 < channels)
                // What is copied beyond a row is overwritten with the next.
                for (var tile = 0; tile < whole; tile++) PixelRun.CopyEight(source + tile * width, target + tile * panelFloats);
            else PixelRun.CopyTiles(source, target, whole, width, panelFloats);
            if (whole * width == pixels) continue;
            var rest = pixels - whole * width;
            target += whole * panelFloats;
            PixelRun.Copy(source + whole * width, target, rest);
            for (var i = rest; i < width; i++) target[i] = 0;
        }
    }

    public override float* Row(long pixel, out long step)
    {
        step = _stride;
        return _image + pixel;
    }

    public override void Dispose()
    {
    }
}
