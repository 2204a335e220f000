namespace Kernels.Perf.Checking;

/// <summary>Symmetric integers by definition: of every 128 weights of a row the largest magnitude becomes the largest code.</summary>
internal static class GroupwiseIntegers
{
    /// <summary>Inputs that share a scale.</summary>
    public const int Group = 128;

    /// <summary>The numbers that the nearest codes stand for.</summary>
    public static float[] Round(float[] weights, int inputs, int largestCode)
    {
        var rounded = new float[weights.Length];
        for (var row = 0; row < weights.Length; row += inputs)
            for (var first = row; first < row + inputs; first += Group)
            {
                var end = Math.Min(first + Group, row + inputs);
                float largest = 0;
                for (var i = first; i < end; i++) largest = Math.Max(largest, Math.Abs(weights[i]));
                var scale = largest / largestCode;
                for (var i = first; i < end && scale > 0; i++) rounded[i] = MathF.Round(weights[i] / scale) * scale;
            }

        return rounded;
    }
}
