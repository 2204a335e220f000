namespace Kernels.Training.Model;

/// <summary>Starting values of the parameters.</summary>
/// <remarks>
/// Matrices are normal with deviation 1/√inputs, half of it for queries and keys; the projections back into the residual stream start at zero, so that the
/// network starts as its embedding. Query and key biases start as a recency prior: with equal bias r on the first channel
/// of a rotary pair of frequency ω, the score of a key at distance d gains scale·r²·cos(ωd), and the sum over the
/// logarithmically spaced frequencies falls by <c>slope</c> nats for each factor e in distance. Training is free to unlearn it.
/// </remarks>
internal static unsafe class Initialization
{
    private const float EmbeddingDeviation = 0.02f;

    /// <summary>Slope of the first query head in nats; each further head adds half of it.</summary>
    private const double SmallestSlope = 2;

    /// <summary>Fills <paramref name="parameters"/>, which holds zeros.</summary>
    public static void Fill(float* parameters, ParameterLayout layout, ulong seed)
    {
        var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        foreach (var slice in layout.Slices)
        {
            if (slice.Name.EndsWith("norm.weight", StringComparison.Ordinal)) new Span<float>(parameters + slice.Offset, slice.Length).Fill(1f);
            else if (slice == layout.Embedding) Normal(EmbeddingDeviation, slice);
            else if (!slice.IsVector && !slice.Name.EndsWith("o_proj.weight", StringComparison.Ordinal)
                     && !slice.Name.EndsWith("down_proj.weight", StringComparison.Ordinal))
                Normal((IsScore(slice) ? 0.5f : 1f) / MathF.Sqrt(slice.Columns), slice);
        }

        foreach (var layer in layout.Layers) SetRecencyPrior(parameters, layer, layout.Shape);

        void Normal(float deviation, ParameterSlice slice)
        {
            for (var i = 0; i < slice.Length; i++)
            {
                var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
                parameters[slice.Offset + i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
            }
        }
    }

    private static bool IsScore(ParameterSlice slice) =>
        slice.Name.EndsWith("q_proj.weight", StringComparison.Ordinal) || slice.Name.EndsWith("k_proj.weight", StringComparison.Ordinal);

    private static void SetRecencyPrior(float* parameters, LayerSlices layer, ModelShape shape)
    {
        var half = shape.HeadDim / 2;
        var spacing = Math.Log(shape.RotaryTheta) / half;
        var amplitude = (float)Math.Sqrt(SmallestSlope * spacing / shape.AttentionScale);
        for (var pair = 0; pair < half; pair++)
        {
            var frequency = Math.Exp(-pair * spacing);
            if (frequency * shape.Context < 1) break; // turns less than a radian over the whole context: no recency in it
            for (var head = 0; head < shape.KeyHeads; head++)
                parameters[layer.KeyBias.Offset + head * shape.HeadDim + pair] = amplitude;
            for (var head = 0; head < shape.QueryHeads; head++)
                parameters[layer.ProjectionBias.Offset + head * shape.HeadDim + pair] = amplitude * (1 + 0.5f * head);
        }
    }
}
