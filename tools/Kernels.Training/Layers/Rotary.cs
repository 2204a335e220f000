namespace Kernels.Training.Layers;

/// <summary>
/// Rotary position embedding (arXiv 2104.09864) in the half-split order of Hugging Face's Llama: channel c pairs with
/// c + headDim/2, angle position·θ^(−2c/headDim).
/// </summary>
internal sealed unsafe class Rotary
{
    private readonly int _headDim;
    private readonly float[] _cosines, _sines;

    /// <summary>Tabulates the angles of positions 0 … tokens − 1.</summary>
    public Rotary(int tokens, int headDim, double theta)
    {
        _headDim = headDim;
        var half = headDim / 2;
        _cosines = new float[tokens * half];
        _sines = new float[tokens * half];
        for (var position = 0; position < tokens; position++)
        for (var c = 0; c < half; c++)
        {
            var angle = position * Math.Pow(theta, -2.0 * c / headDim);
            _cosines[position * half + c] = (float)Math.Cos(angle);
            _sines[position * half + c] = (float)Math.Sin(angle);
        }
    }

    /// <summary>Rotates the heads of consecutive rows in place; row r has position r mod <paramref name="tokens"/>.</summary>
    /// <param name="x">First channel of the first head.</param>
    /// <param name="stride">Floats between rows.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="tokens">Tokens of a sequence.</param>
    /// <param name="heads">Adjacent heads.</param>
    /// <param name="inverse">Whether to rotate backwards: the gradient of the rotation.</param>
    public void Apply(float* x, nint stride, int rows, int tokens, int heads, bool inverse)
    {
        var half = _headDim / 2;
        var sign = inverse ? -1f : 1f;
        for (var row = 0; row < rows; row++)
        {
            var cosines = _cosines.AsSpan(row % tokens * half, half);
            var sines = _sines.AsSpan(row % tokens * half, half);
            for (var head = 0; head < heads; head++)
            {
                var low = new Span<float>(x + row * stride + head * _headDim, half);
                var high = new Span<float>(x + row * stride + head * _headDim + half, half);
                for (var c = 0; c < half; c++)
                {
                    var (a, b) = (low[c], high[c]);
                    var s = sines[c] * sign;
                    low[c] = a * cosines[c] - b * s;
                    high[c] = b * cosines[c] + a * s;
                }
            }
        }
    }
}
