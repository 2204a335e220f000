namespace Kernels;

/// <summary>The rows of a k×k convolution: for each channel and tap, the pixels that the tap meets as the window moves; zeros beyond the image.</summary>
internal sealed unsafe class WindowPanels(ConvolutionWindow window, ConvolutionShape shape) : PanelSource
{
    private readonly int _columns = window.Count(shape.Width);

    public override int Rows => shape.Inputs * window.Taps;

    public override void Fill(float* image, long stride, float* panels, int pitch, int first, int pixels, int width, long ahead)
    {
        for (var channel = 0; channel < shape.Inputs; channel++, image += stride)
            for (var y = 0; y < window.Side; y++)
                for (var x = 0; x < window.Side; x++, panels += pitch)
                    FillRow(image, y - window.Padding, x - window.Padding, panels, (long)Rows * pitch, first, pixels, width);
    }

    // Runs of windows within one row of windows and one tile.
    private void FillRow(float* channel, int top, int left, float* target, long panel, int first, int pixels, int width)
    {
        var (row, column) = (first / _columns, first % _columns);
        for (var done = 0; done < pixels;)
        {
            var inTile = done % width;
            var count = Math.Min(Math.Min(_columns - column, width - inTile), pixels - done);
            FillRun(channel, top + row * window.Stride, left + column * window.Stride, target + done / width * panel + inTile, count);
            done += count;
            column += count;
            if (column == _columns) (row, column) = (row + 1, 0);
        }

        var used = pixels % width;
        if (used != 0) new Span<float>(target + pixels / width * panel + used, width - used).Clear();
    }

    private void FillRun(float* channel, int y, int x, float* target, int count)
    {
        if ((uint)y >= (uint)shape.Height)
        {
            new Span<float>(target, count).Clear();
            return;
        }

        var source = channel + (long)y * shape.Width;
        var i = 0;
        for (; i < count && x < 0; i++, x += window.Stride) target[i] = 0;
        var inside = x < shape.Width ? Math.Min(count, i + (shape.Width - 1 - x) / window.Stride + 1) : i;
        if (window.Stride == 1)
        {
            new Span<float>(source + x, inside - i).CopyTo(new Span<float>(target + i, inside - i));
            i = inside;
        }
        else
        {
            for (; i < inside; i++, x += window.Stride) target[i] = source[x];
        }

        for (; i < count; i++) target[i] = 0;
    }
}
