namespace Kernels.Perf.Rows;

/// <summary>Where a row is prepared.</summary>
/// <param name="Device">The processor with the row's number of threads.</param>
/// <param name="CacheBytes">Size of the last-level cache.</param>
/// <param name="WithBaselines">Whether baselines are wanted; a run that only measures scaling needs none.</param>
internal sealed record RowSetup(CpuDevice Device, long CacheBytes, bool WithBaselines = true)
{
    /// <summary>Copies of <paramref name="bytes"/> to rotate over so that each is read from memory: eight caches' worth.</summary>
    public int CopiesBeyondCache(long bytes) => (int)Math.Max(1, (8 * CacheBytes + bytes - 1) / bytes);
}
