namespace Kernels.Compression;

/// <summary>
/// Orders of channels in which similar ones fall into one group, so that dropping whole groups costs less (1×N, arXiv 2105.14713, §3.3).
/// An order is a list of old positions: new channel i is old channel order[i].
/// </summary>
public static class ChannelOrder
{
    /// <summary>Channels by Σ|w| over all matrices, ascending; equal ones keep their order.</summary>
    /// <param name="channels">Rows of every matrix.</param>
    /// <param name="matrices">Matrices of [channels, columns], row-major, whose rows belong together.</param>
    public static int[] ByNorm(int channels, IReadOnlyList<float[]> matrices)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        var norms = new double[channels];
        foreach (var matrix in matrices)
        {
            if (matrix.Length % channels != 0)
                throw new SparsityException("channel order", $"{matrix.Length} weights", $"rows of {channels} channels are needed", "Pass matrices of the same rows.");
            for (var i = 0; i < matrix.Length; i++) norms[i / (matrix.Length / channels)] += Math.Abs(matrix[i]);
        }

        return [.. Enumerable.Range(0, channels).OrderBy(channel => norms[channel])];
    }

    /// <summary>The rows of a row-major matrix in another order.</summary>
    public static T[] Rows<T>(ReadOnlySpan<T> matrix, ReadOnlySpan<int> order)
    {
        var columns = matrix.Length / order.Length;
        var ordered = new T[matrix.Length];
        for (var row = 0; row < order.Length; row++) matrix.Slice(order[row] * columns, columns).CopyTo(ordered.AsSpan(row * columns));
        return ordered;
    }

    /// <summary>The columns of a row-major matrix in another order.</summary>
    public static T[] Columns<T>(ReadOnlySpan<T> matrix, ReadOnlySpan<int> order)
    {
        var ordered = new T[matrix.Length];
        for (var row = 0; row < matrix.Length; row += order.Length)
            for (var column = 0; column < order.Length; column++) ordered[row + column] = matrix[row + order[column]];
        return ordered;
    }
}
