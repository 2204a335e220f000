namespace Kernels.Testing;

/// <summary>Random weights of which whole groups of outputs are dropped; a block of outputs may keep nothing, and some kept weights are zero.</summary>
public static class GroupedWeights
{
    /// <summary>[outputs, inputs] with zeros for what is dropped, and which weights are kept.</summary>
    public static (float[] Weights, WeightMask Mask) Draw(int seed, int outputs, int inputs, int groupRows, double density)
    {
        var random = new Random(seed);
        var weights = RandomValues.Normal(seed, outputs * inputs);
        var keep = new bool[weights.Length];
        for (var top = 0; top < outputs; top += groupRows)
            for (var input = 0; input < inputs; input++)
            {
                var kept = density >= 1 || top != groupRows && random.NextDouble() < density;
                for (var row = top; row < top + groupRows; row++)
                {
                    keep[row * inputs + input] = kept;
                    if (!kept || random.Next(10) == 0) weights[row * inputs + input] = 0;
                }
            }

        return (weights, new WeightMask(outputs, inputs, keep));
    }
}
