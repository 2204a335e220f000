using System.Numerics;

namespace Kernels;

/// <summary>
/// Centroids of a <see cref="RoutedAttentionAttribute"/> kernel, learned from the queries and keys of a layer: the online k-means of the Routing Transformer
/// (arXiv 2003.05997, §4.1).
/// </summary>
/// <remarks>
/// Every query and every key belongs to the centroid its direction is nearest to; equally near ones to the first. A step moves a centroid μ to
/// λ·μ + (1 − λ)/2·(mean direction of its queries + mean direction of its keys), scaled to length 1: those of one kind alone count for both, and a centroid
/// that has neither stays. Variant: vectors are scaled to length 1, as the kernel routes them and as the released code does (the paper's
/// layer norm also takes their mean away), and means stand for the paper's sums. Vectors of length 0 belong nowhere. Not thread-safe.
/// </remarks>
public sealed class RoutingCentroids
{
    private readonly float[] _values;
    private readonly int _queryHeads;

    /// <summary>Makes room for centroids, all 0 until <see cref="Begin"/>.</summary>
    /// <param name="count">Centroids of a key head.</param>
    /// <param name="queryHeads">Query heads; those of a key head share its centroids.</param>
    /// <param name="keyHeads">Key heads; divides <paramref name="queryHeads"/>.</param>
    /// <param name="headDim">Channels of a head.</param>
    /// <exception cref="KernelException">A number is below 1, or heads do not divide evenly.</exception>
    public RoutingCentroids(int count, int queryHeads, int keyHeads, int headDim)
    {
        if (count < 1 || queryHeads < 1 || keyHeads < 1 || headDim < 1 || queryHeads % keyHeads != 0)
            throw Refuse(
                $"{count} centroids, {queryHeads} query heads, {keyHeads} key heads and heads of {headDim}", "each is at least 1, and query heads divide evenly among key heads",
                "Pass the heads of the layer.");
        (Count, _queryHeads, KeyHeads, HeadDim) = (count, queryHeads, keyHeads, headDim);
        _values = new float[checked(count * keyHeads * headDim)];
    }

    /// <summary>Centroids of a key head.</summary>
    public int Count { get; }

    /// <summary>Key heads.</summary>
    public int KeyHeads { get; }

    /// <summary>Channels of a head.</summary>
    public int HeadDim { get; }

    /// <summary>[centroids, key heads, head dim]: what <see cref="AttentionPlan.RunRouted"/> takes.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Begins with the directions of keys drawn at random, each token once, and takes steps without memory (Lloyd's) from there.</summary>
    /// <param name="queries">[tokens, query heads, head dim]; as many tokens as centroids at least.</param>
    /// <param name="keys">[tokens, key heads, head dim].</param>
    /// <param name="steps">Steps, 0 or more. The released code takes 10.</param>
    /// <param name="seed">Of the draw.</param>
    /// <exception cref="KernelException">The vectors do not fit or are too few; nothing was changed.</exception>
    public void Begin(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int steps = 10, int seed = 0)
    {
        var tokens = Tokens(queries, keys);
        if (tokens < Count) throw Refuse($"{tokens} tokens", $"{Count} centroids begin with as many", "Pass more tokens, or make fewer centroids.");
        if (steps < 0) throw Refuse($"{steps} steps", "0 or more can be taken", "Pass 10.");
        var chosen = Enumerable.Range(0, tokens).ToArray();
        new Random(seed).Shuffle(chosen);
        var width = KeyHeads * HeadDim;
        for (var centroid = 0; centroid < Count; centroid++) keys.Slice(chosen[centroid] * width, width).CopyTo(_values.AsSpan(centroid * width));
        for (var row = 0; row < Count * KeyHeads; row++) Scale(_values.AsSpan(row * HeadDim, HeadDim));
        for (var step = 0; step < steps; step++) Learn(queries, keys, decay: 0);
    }

    /// <summary>Takes a step.</summary>
    /// <param name="queries">[tokens, query heads, head dim], as the kernel gets them.</param>
    /// <param name="keys">[tokens, key heads, head dim].</param>
    /// <param name="decay">How much of a centroid stays: λ, 0 to 1. The paper's is 0.999.</param>
    /// <exception cref="KernelException">The vectors do not fit; nothing was changed.</exception>
    public void Learn(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, float decay = 0.999f)
    {
        Tokens(queries, keys);
        if (!(decay is >= 0 and <= 1)) throw Refuse($"a decay of {decay}", "0 to 1 of a centroid can stay", "Pass 0.999.");
        for (var keyHead = 0; keyHead < KeyHeads; keyHead++)
        {
            var (group, ofQueries, ofKeys) = (_queryHeads / KeyHeads, new Sums(Count, HeadDim), new Sums(Count, HeadDim));
            for (var head = keyHead * group; head < (keyHead + 1) * group; head++) Assign(queries, _queryHeads, head, keyHead, ofQueries);
            Assign(keys, KeyHeads, keyHead, keyHead, ofKeys);
            for (var centroid = 0; centroid < Count; centroid++) Move(centroid, keyHead, ofQueries, ofKeys, decay);
        }
    }

    private int Tokens(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys)
    {
        var (row, tokens) = (KeyHeads * HeadDim, keys.Length / (KeyHeads * HeadDim));
        if (tokens < 1 || keys.Length % row != 0 || queries.Length != (long)tokens * _queryHeads * HeadDim)
            throw Refuse(
                $"{queries.Length} and {keys.Length} numbers of queries and keys", $"a token has {_queryHeads * HeadDim} and {row}, and there is one at least",
                "Pass the queries and keys of the same tokens.");
        if (!float.IsFinite(Largest(queries)) || !float.IsFinite(Largest(keys)))
            throw Refuse("NaN or infinity", "centroids are means of finite vectors", "Leave such tokens out.");
        return tokens;
    }

    private void Assign(ReadOnlySpan<float> vectors, int heads, int head, int keyHead, Sums sums)
    {
        var direction = new float[HeadDim];
        for (var token = 0; token < vectors.Length / (heads * HeadDim); token++)
        {
            vectors.Slice((token * heads + head) * HeadDim, HeadDim).CopyTo(direction);
            if (!Scale(direction)) continue;
            var (nearest, best) = (0, float.NegativeInfinity);
            for (var centroid = 0; centroid < Count; centroid++)
            {
                var score = Dot(Centroid(centroid, keyHead), direction);
                if (score > best) (nearest, best) = (centroid, score);
            }

            sums.Add(nearest, direction);
        }
    }

    private void Move(int centroid, int keyHead, Sums queries, Sums keys, float decay)
    {
        if (queries.Count(centroid) + keys.Count(centroid) == 0) return;
        var target = Centroid(centroid, keyHead);
        var (ofQueries, ofKeys) = (queries.Count(centroid) > 0 ? queries : keys, keys.Count(centroid) > 0 ? keys : queries);
        var moved = new float[HeadDim];
        for (var c = 0; c < HeadDim; c++)
            moved[c] = (float)(decay * (double)target[c] + (1 - (double)decay) / 2 * (ofQueries.Mean(centroid, c) + ofKeys.Mean(centroid, c)));
        // Directions that cancel leave nothing to move to.
        if (Scale(moved)) moved.CopyTo(target);
    }

    private Span<float> Centroid(int centroid, int keyHead) => _values.AsSpan((centroid * KeyHeads + keyHead) * HeadDim, HeadDim);

    /// <summary>Scales a vector to length 1; one of length 0 stays, and false is returned.</summary>
    private static bool Scale(Span<float> vector)
    {
        // In fp64, so that no finite vector's square is too large or too small.
        double squares = 0;
        foreach (var channel in vector) squares += (double)channel * channel;
        if (squares == 0) return false;
        var factor = 1 / Math.Sqrt(squares);
        foreach (ref var channel in vector) channel = (float)(channel * factor);
        return true;
    }

    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var (total, i) = (Vector<float>.Zero, 0);
        for (; i <= left.Length - Vector<float>.Count; i += Vector<float>.Count) total += new Vector<float>(left[i..]) * new Vector<float>(right[i..]);
        var sum = Vector.Sum(total);
        for (; i < left.Length; i++) sum += left[i] * right[i];
        return sum;
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values) largest = MathF.Max(largest, MathF.Abs(value));
        return largest;
    }

    private static KernelException Refuse(string received, string limit, string remedy) => new(nameof(RoutingCentroids), "host", received, limit, remedy);

    /// <summary>Sums of the directions that belong to each centroid.</summary>
    private readonly struct Sums(int centroids, int channels)
    {
        private readonly double[] _sums = new double[centroids * channels];
        private readonly int[] _counts = new int[centroids];

        public int Count(int centroid) => _counts[centroid];

        public double Mean(int centroid, int channel) => _sums[centroid * channels + channel] / _counts[centroid];

        public void Add(int centroid, ReadOnlySpan<float> direction)
        {
            for (var c = 0; c < channels; c++) _sums[centroid * channels + c] += direction[c];
            _counts[centroid]++;
        }
    }
}
