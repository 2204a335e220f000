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

    public override void Fill(float* panels, int pitch, int first, int pixels, int width, long ahead)
    {
        var panel = (long)channels * pitch;
        var whole = pixels / width;
        for (var channel = 0; channel < channels; channel++)
        {
            var source = _image + channel * _stride + first;
            var target = panels + (long)channel * pitch;
            if (ahead != 0)
                for (var i = 0; i < pixels; i += CacheLine.Floats) CacheLine.Fetch(source + ahead + i);
            if (width == CacheLine.Floats)
                for (var tile = 0; tile < whole; tile++, source += width, target += panel) PixelRun.CopyLine(source, target);
            else
                for (var tile = 0; tile < whole; tile++, source += width, target += panel) PixelRun.Copy(source, target, width);
            if (whole * width == pixels) continue;
            var rest = pixels - whole * width;
            PixelRun.Copy(source, target, rest);
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
