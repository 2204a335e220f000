namespace Kernels.Compression;

/// <summary>The largest of a few scores.</summary>
internal static class Ranking
{
    /// <summary>Marks the <paramref name="count"/> largest scores; of equal ones the earlier.</summary>
    public static void Largest(ReadOnlySpan<double> scores, int count, Span<bool> chosen)
    {
        chosen.Clear();
        for (var pick = 0; pick < count; pick++)
        {
            var best = -1;
            for (var i = 0; i < scores.Length; i++)
                if (!chosen[i] && (best < 0 || scores[i] > scores[best])) best = i;
            chosen[best] = true;
        }
    }

    /// <summary>Unmarks the <paramref name="count"/> smallest of many scores; of equal ones the later.</summary>
    public static void DropSmallest(ReadOnlySpan<double> scores, int count, Span<bool> keep)
    {
        keep.Fill(true);
        if (count == 0) return;
        var sorted = scores.ToArray();
        Array.Sort(sorted);
        var threshold = sorted[count - 1];
        var ties = count;
        for (var i = 0; i < scores.Length; i++)
            if (scores[i] < threshold)
            {
                keep[i] = false;
                ties--;
            }

        for (var i = scores.Length - 1; ties > 0; i--)
            if (scores[i] == threshold)
            {
                keep[i] = false;
                ties--;
            }
    }

    /// <summary>Unmarks scores up to and including the one of rank ⌊count·<paramref name="sparsity"/>⌋, from 0; nothing where the sparsity is 0.</summary>
    public static void DropToThreshold(ReadOnlySpan<double> scores, double sparsity, Span<bool> keep)
    {
        keep.Fill(true);
        if (sparsity == 0) return;
        var sorted = scores.ToArray();
        Array.Sort(sorted);
        var threshold = sorted[Math.Min((int)(scores.Length * sparsity), scores.Length - 1)];
        for (var i = 0; i < scores.Length; i++) keep[i] = scores[i] > threshold;
    }
}
