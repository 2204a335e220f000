namespace Kernels.Perf.Rows;

/// <summary>
/// Vectors whose direction drifts along the sequence, so that neighbours are alike and blocks have means that stand for them, as methods presume that
/// judge blocks by their means.
/// </summary>
/// <remarks>
/// The keys of a head share a direction that turns at random, by 1/e within <see cref="Drift"/> tokens, with noise of their own: two keys of a block have a cosine
/// of 0.7. Half of the blocks of 128 queries point where the keys of their own positions do, the others where those of an earlier place, drawn at random,
/// do. The score of a query and a key of the same direction is about 9.5, that of strangers 0 ± 2: what a query attends to are the keys around one place.
/// </remarks>
internal static class DriftingAttention
{
    /// <summary>Tokens in which a direction's cosine with itself falls to 1/e.</summary>
    private const double Drift = 2048;

    private const int QueryBlock = 128;

    // Of 128 channels: length² ÷ (length² + 128 · noise²) = 0.7, and length² ÷ √128 = 9.5.
    private const double Length = 10.37, Noise = 0.6;

    /// <summary>Draws as many queries as keys.</summary>
    public static AttentionData Draw(AttentionShape shape)
    {
        var random = new Random(shape.Keys);
        var channels = shape.HeadDim;
        var key = Scaled(random, (long)shape.Keys * shape.KeyHeads * channels);
        var query = Scaled(random, (long)shape.Queries * shape.QueryHeads * channels);
        for (var keyHead = 0; keyHead < shape.KeyHeads; keyHead++)
        {
            var walk = Walk(random, shape.Keys, channels);
            for (var token = 0; token < shape.Keys; token++) Add(walk[token], key.AsSpan((token * shape.KeyHeads + keyHead) * channels, channels));
            for (var head = keyHead * shape.GroupSize; head < (keyHead + 1) * shape.GroupSize; head++)
                for (var first = 0; first < shape.Queries; first += QueryBlock)
                {
                    var place = random.Next(2) == 0 ? first : random.Next(first + 1);
                    for (var i = 0; i < Math.Min(QueryBlock, shape.Queries - first); i++)
                        Add(walk[place + i], query.AsSpan(((first + i) * shape.QueryHeads + head) * channels, channels));
                }
        }

        return new AttentionData(query, key, AttentionProblem.Gaussian(random, (long)shape.Keys * shape.KeyHeads * channels));
    }

    // A stationary walk of directions.
    private static float[][] Walk(Random random, int tokens, int channels)
    {
        var stay = Math.Exp(-1 / Drift);
        var turn = Math.Sqrt(1 - stay * stay);
        var walk = new float[tokens][];
        var state = AttentionProblem.Gaussian(random, channels);
        for (var token = 0; token < tokens; token++)
        {
            var step = AttentionProblem.Gaussian(random, channels);
            for (var c = 0; c < channels; c++) state[c] = (float)(stay * state[c] + turn * step[c]);
            var length = Math.Sqrt(state.Sum(channel => (double)channel * channel));
            walk[token] = [.. state.Select(channel => (float)(channel / length))];
        }

        return walk;
    }

    private static float[] Scaled(Random random, long count)
    {
        var values = AttentionProblem.Gaussian(random, count);
        for (var i = 0; i < values.Length; i++) values[i] *= (float)Noise;
        return values;
    }

    private static void Add(float[] direction, Span<float> vector)
    {
        for (var c = 0; c < vector.Length; c++) vector[c] += (float)(Length * direction[c]);
    }
}
