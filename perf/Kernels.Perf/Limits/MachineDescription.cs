using System.Globalization;
using System.Runtime.InteropServices;

namespace Kernels.Perf.Limits;

/// <summary>What the figures were measured on.</summary>
/// <param name="Cpu">Model name.</param>
/// <param name="Processors">Logical processors this process may use.</param>
/// <param name="VectorBits">Width of the vectors the kernels use; the peak is that of the widest the machine has.</param>
/// <param name="CacheBytes">Last-level cache of one processor.</param>
/// <param name="MemoryBytes">Memory available to the process.</param>
/// <param name="Os">Operating system.</param>
/// <param name="Runtime">.NET version.</param>
/// <param name="OnnxRuntime">Version of the peer.</param>
/// <param name="LoadAverage">Processes that wanted to run in the minute before the measurement; null where unknown. Above 0.5
/// or so, someone else was using the machine and the figures are disturbed.</param>
/// <param name="MeasuredAt">When the measurement began.</param>
internal sealed record MachineDescription(
    string Cpu, int Processors, int VectorBits, long CacheBytes, long MemoryBytes, string Os, string Runtime, string OnnxRuntime,
    double? LoadAverage, DateTimeOffset MeasuredAt)
{
    /// <summary>What the run measured, for each number of threads.</summary>
    public IReadOnlyList<MeasuredLimits> Limits { get; init; } = [];

    private const long CommonCacheBytes = 64L << 20;

    /// <summary>Reads the description of this machine.</summary>
    public static MachineDescription Read(TimeProvider clock)
    {
        using var device = new CpuDevice(1);
        return new(
            ReadCpu(), Environment.ProcessorCount, device.VectorBits, ReadCacheBytes(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription,
            typeof(Microsoft.ML.OnnxRuntime.InferenceSession).Assembly.GetName().Version?.ToString(3) ?? "", ReadLoad(), clock.GetUtcNow());
    }

    private static string ReadCpu() =>
        ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':') + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static double? ReadLoad() =>
        ReadLines("/proc/loadavg").FirstOrDefault()?.Split(' ')[0] is { } text
        && double.TryParse(text, CultureInfo.InvariantCulture, out var load)
            ? load
            : null;

    private static long ReadCacheBytes()
    {
        long largest = 0;
        for (var index = 0; index < 8; index++)
        {
            var text = ReadLines($"/sys/devices/system/cpu/cpu0/cache/index{index}/size").FirstOrDefault();
            if (text is not null && long.TryParse(text.TrimEnd('K'), CultureInfo.InvariantCulture, out var kilobytes))
                largest = Math.Max(largest, kilobytes << 10);
        }

        return largest == 0 ? CommonCacheBytes : largest;
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // Not Linux, or hidden by a container.
        }
    }
}
