namespace Kernels.Testing;

/// <summary>Gates with deterministic weights, for layers nobody trained.</summary>
public static class RandomGates
{
    /// <summary>A gate for a kernel and a shape.</summary>
    /// <param name="seed">Of the weights.</param>
    /// <param name="kernel">Whose block and kind of gate.</param>
    /// <param name="shape">Heads and channels.</param>
    /// <param name="width">Channels of projections.</param>
    /// <param name="projectsQueries">Whether queries are projected; keys are then projected once for each key head.</param>
    /// <param name="norms">Whether projections are normalised.</param>
    public static AttentionGate Make(int seed, AttentionKernel kernel, AttentionShape shape, int width, bool projectsQueries = true, bool norms = false)
    {
        var selection = kernel.Declaration.Selection!;
        var gate = new GateShape(
            shape.QueryHeads, shape.KeyHeads, shape.HeadDim, width, selection.Block, selection.Estimator == KeyEstimator.GroupGate);
        // Logits of a few units, as trained gates give.
        float[] Weights(int offset, int heads, int inputs) =>
            RandomValues.Normal(seed + offset, heads * inputs * width, scale: (float)Math.Pow(inputs, -0.5));
        return new AttentionGate(
            gate, Rotation(shape.HeadDim, 1.25), Rotation(width, 1),
            Weights(1, projectsQueries ? shape.KeyHeads : shape.QueryHeads, AttentionGate.KeyPools * shape.HeadDim),
            projectsQueries ? Weights(2, shape.QueryHeads, shape.HeadDim) : [],
            norms ? RandomValues.Normal(seed + 3, width) : [], norms ? RandomValues.Normal(seed + 4, width) : []);
    }

    /// <summary>Frequencies as published models have them.</summary>
    public static RotaryFrequencies Rotation(int channels, double factor) =>
        new([.. Enumerable.Range(0, channels / 2).Select(i => Math.Pow(10_000, -2.0 * i / channels))], factor);
}
