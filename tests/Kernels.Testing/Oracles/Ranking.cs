namespace Kernels.Testing;

/// <summary>The largest of some scores, equal ones by ascending id, and how clear the choice is.</summary>
internal static class Ranking
{
    /// <summary>Ids by descending score.</summary>
    public static int[] Order(double[] scores) => [.. Enumerable.Range(0, scores.Length).OrderByDescending(id => scores[id]).ThenBy(id => id)];

    /// <summary>
    /// Distance between the last score taken and the nearest that would change what is taken; scores that are equal by definition are no doubt.
    /// </summary>
    public static double Margin(double[] scores, int count)
    {
        if (count <= 0 || count >= scores.Length) return double.PositiveInfinity;
        var order = Order(scores);
        var edge = scores[order[count - 1]];
        var (above, below) = (scores.Where(score => score > edge), scores.Where(score => score < edge));
        return Math.Min(
            scores[order[count]] < edge ? double.PositiveInfinity : above.DefaultIfEmpty(double.PositiveInfinity).Min() - edge,
            edge - below.DefaultIfEmpty(double.NegativeInfinity).Max());
    }

    /// <summary>How many scores, largest first, are taken while those taken hold less than a mass.</summary>
    public static int Holding(double[] scores, double mass, ref double margin)
    {
        var (count, taken) = (0, 0d);
        foreach (var id in Order(scores))
        {
            margin = Math.Min(margin, Math.Abs(taken - mass));
            if (taken >= mass) break;
            taken += scores[id];
            count++;
        }

        return count;
    }
}
