using Kernels.Perf.Checking;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Limits;

/// <summary>The two hardware limits for one number of threads, measured in turn with every row.</summary>
internal sealed class MachineLimits : IDisposable
{
    private readonly FmaPeak _peak;
    private readonly MemoryTriad _triad;

    public MachineLimits(CpuDevice device, long cacheBytes)
    {
        _peak = new FmaPeak(device);
        // Each array alone exceeds the caches four times.
        _triad = new MemoryTriad(device, Math.Min(4 * cacheBytes, 1L << 30));
        Peak = new Contender("fma-peak", _peak.Run, () => Require(_peak.IsRight, "The multiply-add loop"));
        Triad = new Contender("triad", _triad.Run, () => Require(_triad.IsRight, "The triad"));
    }

    public Contender Peak { get; }

    public Contender Triad { get; }

    /// <summary>Operations a second from seconds of one run of <see cref="Peak"/>.</summary>
    public double FlopsPerSecond(double seconds) => _peak.Flops / seconds;

    /// <summary>Bytes a second from seconds of one run of <see cref="Triad"/>.</summary>
    public double BytesPerSecond(double seconds) => _triad.Bytes / seconds;

    public void Dispose() => _triad.Dispose();

    private static void Require(bool right, string what)
    {
        if (!right) throw new WrongAnswerException($"{what} that measures the machine gave a wrong result.");
    }
}
