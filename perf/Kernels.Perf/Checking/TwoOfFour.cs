namespace Kernels.Perf.Checking;

/// <summary>2:4 by definition: of four consecutive weights of a row the two largest magnitudes stay, the earlier wins a tie.</summary>
internal static class TwoOfFour
{
    /// <summary>The pruned copy of <paramref name="weights"/>, whose rows are multiples of four long.</summary>
    public static float[] Prune(float[] weights)
    {
        var pruned = new float[weights.Length];
        for (var group = 0; group < weights.Length; group += 4)
            for (var i = 0; i < 4; i++)
            {
                var larger = 0;
                for (var other = 0; other < 4; other++)
                {
                    var difference = Math.Abs(weights[group + other]) - Math.Abs(weights[group + i]);
                    if (difference > 0 || (difference == 0 && other < i)) larger++;
                }

                if (larger < 2) pruned[group + i] = weights[group + i];
            }

        return pruned;
    }
}
