using Kernels.Training.Numerics;

namespace Kernels.Training.Attention;

/// <summary>Block sizes of the attention passes and the copies that bring strided heads into padded, contiguous blocks.</summary>
internal static unsafe class AttentionTiles
{
    /// <summary>Rows of a query block.</summary>
    public const int Queries = 64;

    /// <summary>Columns of a key block.</summary>
    public const int Keys = 128;

    /// <summary>Copies <paramref name="rows"/> rows of <paramref name="channels"/> floats and zeroes the rest up to <paramref name="padded"/>.</summary>
    public static void Copy(float* source, nint stride, int rows, int padded, int channels, float* target)
    {
        for (var row = 0; row < rows; row++)
            new ReadOnlySpan<float>(source + row * stride, channels).CopyTo(new Span<float>(target + row * channels, channels));
        new Span<float>(target + rows * channels, (padded - rows) * channels).Clear();
    }

    /// <summary>Writes the transpose [channels, padded] of <paramref name="rows"/> rows, zeros beyond them.</summary>
    public static void Transpose(float* source, nint stride, int rows, int padded, int channels, float* target)
    {
        if (rows < padded) new Span<float>(target, channels * padded).Clear();
        for (var row = 0; row < rows; row++)
        for (var channel = 0; channel < channels; channel++)
            target[channel * padded + row] = source[row * stride + channel];
    }

    /// <summary>Refuses head dimensions the register tiles do not cover.</summary>
    public static void RequireHeadDim(int headDim)
    {
        if (headDim < 1 || headDim % TileProduct.Columns != 0)
            throw new ArgumentOutOfRangeException(nameof(headDim), headDim, $"The head dimension must be a multiple of {TileProduct.Columns}.");
    }
}
