namespace Kernels.Perf.Limits;

/// <summary>The hardware limits for a number of threads: the fastest samples of a whole run.</summary>
/// <param name="Threads">Threads.</param>
/// <param name="PeakGigaflops">fp32 multiply-adds on registers, 10⁹ operations a second.</param>
/// <param name="TriadGigabytesPerSecond">STREAM triad from memory, 10⁹ bytes a second.</param>
internal sealed record MeasuredLimits(int Threads, double PeakGigaflops, double TriadGigabytesPerSecond);
