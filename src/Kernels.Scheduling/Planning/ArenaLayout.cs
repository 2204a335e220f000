namespace Kernels.Scheduling;

/// <summary>Places values of known lifetimes in one block of memory: values alive at once never overlap.</summary>
/// <remarks>Greedy by size (arXiv 2001.03288, §5.2): the largest first, each in the smallest gap that holds it.</remarks>
public static class ArenaLayout
{
    /// <summary>Alignment of every value, bytes.</summary>
    public const int Alignment = 64;

    /// <summary>Places <paramref name="lifetimes"/>.</summary>
    /// <param name="lifetimes">Size in bytes and first and last step of each value.</param>
    /// <returns>The offset of each value, and the size of the arena.</returns>
    /// <exception cref="ArgumentException">A negative size, or a lifetime that ends before it begins.</exception>
    public static (long[] Offsets, long ByteLength) Place(IReadOnlyList<(long Bytes, int First, int Last)> lifetimes)
    {
        ArgumentNullException.ThrowIfNull(lifetimes);
        foreach (var (bytes, first, last) in lifetimes)
            if (bytes < 0 || last < first) throw new ArgumentException($"A value of {bytes} bytes cannot live from step {first} to {last}.", nameof(lifetimes));
        var offsets = new long[lifetimes.Count];
        var placed = new List<int>();
        long size = 0;
        foreach (var index in Enumerable.Range(0, lifetimes.Count).OrderByDescending(i => lifetimes[i].Bytes).ThenBy(i => lifetimes[i].First).ThenBy(i => i))
        {
            var value = lifetimes[index];
            var need = Aligned(value.Bytes);
            long best = -1, smallest = long.MaxValue, end = 0;
            foreach (var other in placed.Where(i => lifetimes[i].First <= value.Last && value.First <= lifetimes[i].Last).OrderBy(i => offsets[i]))
            {
                var gap = offsets[other] - end;
                if (gap >= need && gap < smallest) (best, smallest) = (end, gap);
                end = Math.Max(end, offsets[other] + Aligned(lifetimes[other].Bytes));
            }

            offsets[index] = best >= 0 ? best : end;
            size = Math.Max(size, offsets[index] + need);
            placed.Add(index);
        }

        return (offsets, size);
    }

    private static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
