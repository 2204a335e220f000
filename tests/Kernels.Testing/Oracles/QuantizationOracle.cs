namespace Kernels.Testing;

/// <summary>Symmetric quantisation by groups of inputs, by definition: the scale is the largest magnitude over the largest code.</summary>
public static class QuantizationOracle
{
    /// <summary>The numbers that the nearest codes (ties to even) of each group of an output's inputs stand for.</summary>
    /// <param name="weights">[outputs, inputs] row-major; dropped weights are zero.</param>
    /// <param name="inputs">Columns.</param>
    /// <param name="largestCode">127 or 7.</param>
    /// <param name="group">Inputs that share a scale.</param>
    public static float[] Round(float[] weights, int inputs, int largestCode, int group)
    {
        var rounded = new float[weights.Length];
        for (var row = 0; row < weights.Length; row += inputs)
            for (var first = 0; first < inputs; first += group)
            {
                var members = Enumerable.Range(row + first, Math.Min(group, inputs - first)).ToArray();
                var scale = members.Max(i => MathF.Abs(weights[i])) / largestCode;
                foreach (var i in members) rounded[i] = scale == 0 ? 0 : MathF.Round(weights[i] / scale, MidpointRounding.ToEven) * scale;
            }

        return rounded;
    }
}
