namespace Kernels.Compression;

/// <summary>
/// One threshold for all layers, found once over every prunable weight: essential sparsity, one-shot (arXiv 2306.03805, §3).
/// Layers of small weights lose more.
/// </summary>
public sealed class GlobalMagnitudePruning : PruningMethod
{
    private readonly float _threshold;

    private GlobalMagnitudePruning(float threshold) => _threshold = threshold;

    /// <inheritdoc/>
    public override string Name => "global";

    /// <inheritdoc/>
    public override CalibrationNeed Needs => CalibrationNeed.None;

    /// <summary>Finds the threshold: the magnitude of rank ⌊count·sparsity⌋, from 0, over all layers.</summary>
    /// <param name="layers">The weights of every layer; enumerated twice and never held together, so they may be read on the way.</param>
    /// <param name="sparsity">Share to drop, at least 0 and below 1.</param>
    /// <exception cref="SparsityException">The sparsity is out of range, there are no weights, or one is not finite.</exception>
    public static GlobalMagnitudePruning Over(IEnumerable<ReadOnlyMemory<float>> layers, double sparsity)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (sparsity is not (>= 0 and < 1))
            throw new SparsityException("global magnitude", FormattableString.Invariant($"sparsity {sparsity}"), "at least 0 and below 1 is needed", "Give the share of weights to drop.");
        if (sparsity == 0) return new GlobalMagnitudePruning(-1);

        // Bits of finite magnitudes order like their values: the upper half finds the bucket, the lower half the value in it.
        var upper = new long[1 << 15];
        long count = 0;
        foreach (var layer in layers)
        {
            foreach (var weight in layer.Span) upper[Magnitude(weight) >> 16]++;
            count += layer.Length;
        }

        if (count == 0) throw new SparsityException("global magnitude", "no weights", "at least one is needed", "Pass the prunable layers.");
        var rank = (long)(count * sparsity);
        var bucket = Find(upper, ref rank);
        var lower = new long[1 << 16];
        foreach (var layer in layers)
            foreach (var weight in layer.Span)
                if (Magnitude(weight) is var bits && bits >> 16 == bucket) lower[bits & 0xFFFF]++;
        return new GlobalMagnitudePruning(BitConverter.UInt32BitsToSingle((uint)bucket << 16 | (uint)Find(lower, ref rank)));
    }

    private protected override WeightMask PruneCore(Span<float> weights, int rows, int columns, SparsityPattern pattern, InputStatistics? inputs)
    {
        if (pattern is not BlockPattern { Rows: 1, Columns: 1 })
            throw new SparsityException("global magnitude", $"pattern {pattern}", "one threshold leaves no say to a pattern", "Use unstructured@S, or the method magnitude.");
        var keep = new bool[weights.Length];
        for (var i = 0; i < keep.Length; i++) keep[i] = Math.Abs(weights[i]) > _threshold;
        return new WeightMask(rows, columns, keep);
    }

    private static int Find(long[] histogram, ref long rank)
    {
        var bucket = 0;
        while (rank >= histogram[bucket]) rank -= histogram[bucket++];
        return bucket;
    }

    private static uint Magnitude(float weight) => float.IsFinite(weight)
        ? BitConverter.SingleToUInt32Bits(weight) & 0x7FFFFFFF
        : throw new SparsityException("global magnitude", $"{weight}", "weights are finite", "Correct the model.");
}
