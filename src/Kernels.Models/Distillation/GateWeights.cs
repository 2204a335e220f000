namespace Kernels.Models;

/// <summary>The projections of one gate (of a head, or of a group) while they are learned.</summary>
internal sealed class GateWeights
{
    public GateWeights(int queryInputs, int keyInputs, int width, bool projectsQueries)
    {
        (QueryInputs, KeyInputs, Width) = (queryInputs, keyInputs, width);
        Query = projectsQueries ? new double[queryInputs * width] : [];
        Key = new double[keyInputs * width];
    }

    public int QueryInputs { get; }

    public int KeyInputs { get; }

    public int Width { get; }

    /// <summary>[query inputs, width]; empty where queries are taken as they are.</summary>
    public double[] Query { get; }

    /// <summary>[key inputs, width].</summary>
    public double[] Key { get; }

    /// <summary>
    /// A gate that begins as the product of mean queries and mean keys, with a little noise on largest and least keys: training starts from a
    /// sensible choice of blocks, which random projections (the published beginning) would need many more tokens to reach.
    /// </summary>
    public static GateWeights Begin(int heads, int headDim, bool projectsQueries, Random random)
    {
        var weights = new GateWeights(heads * headDim, AttentionGate.KeyPools * headDim, headDim, projectsQueries);
        for (var i = 0; i < weights.Key.Length; i++) weights.Key[i] = 0.02 * (random.NextDouble() - 0.5) / Math.Sqrt(headDim);
        for (var c = 0; c < headDim; c++) weights.Key[((AttentionGate.KeyPools - 1) * headDim + c) * headDim + c] += 1;
        if (projectsQueries)
            for (var c = 0; c < heads * headDim; c++) weights.Query[c * headDim + c % headDim] = 1.0 / heads;
        return weights;
    }
}
