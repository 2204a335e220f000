using System.Runtime.CompilerServices;

namespace Kernels;

/// <summary>The rows of a k×k convolution: for each channel and tap, the pixels that the tap meets as the window moves; zeros beyond the image.</summary>
internal sealed unsafe class WindowPanels : PanelSource
{
    private readonly CpuDevice _device;
    private readonly ConvolutionWindow _window;
    private readonly int _inputs, _columns;
    private readonly PaddedPlane _plane;
    private readonly CpuBuffer _planes;
    private readonly ParallelAction _pad;
    private float* _image;
    private long _stride;

    public WindowPanels(CpuDevice device, ConvolutionWindow window, ConvolutionShape shape)
    {
        (_device, _window, _inputs, _columns) = (device, window, shape.Inputs, window.Count(shape.Width));
        _plane = new PaddedPlane(window, shape.Height, shape.Width);
        _planes = (CpuBuffer)device.Allocate(sizeof(float) * _plane.Length * _inputs);
        _pad = new ParallelAction((channel, _) => _plane.Fill(_image + channel * _stride, Plane(channel)));
    }

    public override int Rows => _inputs * _window.Taps;

    public override long WorkspaceBytes => _planes.ByteLength;

    public override void Begin(float* image, long stride)
    {
        _image = image;
        _stride = stride;
        _device.Workers.Run(_inputs, _pad);
    }

    public override void Fill(float* panels, int pitch, int first, int pixels, int width, long panelFloats)
    {
        for (var channel = 0; channel < _inputs; channel++)
            for (var y = 0; y < _window.Side; y++)
                for (var x = 0; x < _window.Side; x++, panels += pitch)
                    FillRow(Plane(channel) + y * _plane.Pitch + _plane.Place(x), panels, panelFloats, first, pixels, width);
    }

    public override float* Row(long pixel, out long step)
    {
        step = 0;
        return Plane(0);
    }

    public override void Dispose() => _planes.Dispose();

    private float* Plane(int channel) => (float*)_planes.Pointer + channel * _plane.Length;

    // Whole tiles within one row of windows together, and runs that end with a row or with a tile.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillRow(float* tap, float* target, long panel, int first, int pixels, int width)
    {
        var (row, column) = Math.DivRem(first, _columns);
        var inTile = 0;
        for (var done = 0; done < pixels;)
        {
            var source = tap + row * _window.Stride * _plane.Pitch + column;
            var count = Math.Min(_columns - column, pixels - done);
            if (inTile == 0 && count >= width)
            {
                var tiles = count / width;
                PixelRun.CopyTiles(source, target, tiles, width, panel);
                target += tiles * panel;
                count = tiles * width;
            }
            else
            {
                count = Math.Min(count, width - inTile);
                PixelRun.Copy(source, target + inTile, count);
                inTile += count;
                if (inTile == width)
                {
                    target += panel;
                    inTile = 0;
                }
            }

            done += count;
            column += count;
            if (column == _columns) (row, column) = (row + 1, 0);
        }

        if (inTile != 0) new Span<float>(target + inTile, width - inTile).Clear();
    }
}
