using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>A channel with zeros around it, so that windows need no conditions at the border.</summary>
/// <remarks>Where windows move by two, even and odd columns of a row lie apart: neighbouring windows then read neighbouring floats.</remarks>
internal readonly unsafe struct PaddedPlane
{
    private readonly ConvolutionWindow _window;
    private readonly int _height, _width;

    public PaddedPlane(ConvolutionWindow window, int height, int width)
    {
        (_window, _height, _width) = (window, height, width);
        var part = (width + 2 * window.Padding + window.Stride - 1) / window.Stride;
        Odd = window.Stride == 1 ? 0 : part;
        Pitch = part * window.Stride;
    }

    /// <summary>Floats between rows.</summary>
    public long Pitch { get; }

    /// <summary>Floats from the even columns of a row to the odd ones.</summary>
    public long Odd { get; }

    /// <summary>Floats of the plane.</summary>
    public long Length => Pitch * (_height + 2 * _window.Padding);

    /// <summary>Copies a channel inside the zeros, which stay as they are.</summary>
    public void Fill(float* channel, float* plane)
    {
        var row = plane + _window.Padding * Pitch;
        for (var y = 0; y < _height; y++, channel += _width, row += Pitch)
        {
            if (Odd == 0) PixelRun.Copy(channel, row + _window.Padding, _width);
            else Split(channel, row + Place(_window.Padding), row + Place(_window.Padding + 1));
        }
    }

    /// <summary>Floats from the start of a row to one of its columns, zeros counted.</summary>
    public long Place(int column) => _window.Stride == 1 ? column : (column & 1) * Odd + column / 2;

    private void Split(float* source, float* first, float* second)
    {
        var x = 0;
        for (; x + 8 <= _width; x += 8, first += 4, second += 4)
        {
            var parts = Vector256.Shuffle(Vector256.Load(source + x), Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7));
            Vector128.Store(parts.GetLower(), first);
            Vector128.Store(parts.GetUpper(), second);
        }

        for (; x < _width; x += 2)
        {
            *first++ = source[x];
            if (x + 1 < _width) *second++ = source[x + 1];
        }
    }
}
