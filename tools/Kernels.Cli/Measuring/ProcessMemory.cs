using System.Diagnostics;

namespace Kernels.Cli.Measuring;

/// <summary>Growth of the process's resident set, everything included: the runtime, compiled code and mapped files.</summary>
internal sealed class ProcessMemory
{
    private readonly long _start;

    /// <summary>Notes the resident set of now.</summary>
    public ProcessMemory()
    {
        using var process = Process.GetCurrentProcess();
        _start = process.WorkingSet64;
    }

    /// <summary>Bytes from the resident set at the start to the largest one so far.</summary>
    public long PeakGrowthBytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return Math.Max(process.PeakWorkingSet64 - _start, 0);
        }
    }
}
