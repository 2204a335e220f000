namespace Kernels.Perf.Checking;

/// <summary>N:M by definition: of M consecutive weights of a row the N largest magnitudes stay, the earlier wins a tie.</summary>
internal static class SemiStructured
{
    /// <summary>The pruned copy of <paramref name="weights"/>, whose rows are multiples of <paramref name="of"/> long.</summary>
    public static float[] Prune(float[] weights, int kept, int of)
    {
        var pruned = new float[weights.Length];
        for (var group = 0; group < weights.Length; group += of)
            for (var i = 0; i < of; i++)
            {
                var larger = 0;
                for (var other = 0; other < of; other++)
                {
                    var difference = Math.Abs(weights[group + other]) - Math.Abs(weights[group + i]);
                    if (difference > 0 || (difference == 0 && other < i)) larger++;
                }

                if (larger < kept) pruned[group + i] = weights[group + i];
            }

        return pruned;
    }
}
