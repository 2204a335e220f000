using System.Globalization;
using System.Text.RegularExpressions;

namespace Kernels.Testing;

/// <summary>What <c>ptxas -v</c> reports of a kernel.</summary>
/// <param name="Registers">32-bit registers of a thread.</param>
/// <param name="StackBytes">Stack frame of a thread: local arrays and spilled registers.</param>
/// <param name="SpillBytes">Bytes of registers stored to and loaded from local memory.</param>
/// <param name="SharedBytes">Static shared memory of a group.</param>
public sealed record PtxUsage(int Registers, int StackBytes, int SpillBytes, int SharedBytes)
{
    /// <summary>Reads the report of one kernel.</summary>
    public static PtxUsage Parse(string report) => new(
        Number(report, @"Used (\d+) registers"),
        Number(report, @"(\d+) bytes stack frame"),
        Number(report, @"(\d+) bytes spill stores") + Number(report, @"(\d+) bytes spill loads"),
        Number(report, @"(\d+) bytes smem"));

    private static int Number(string report, string pattern) =>
        Regex.Match(report, pattern) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
}
