using System.Globalization;
using Kernels.Perf.Limits;

namespace Kernels.Perf.Reports;

/// <summary>The columns of the table, shared by the terminal and the Markdown page.</summary>
internal static class RatioCells
{
    public static readonly string[] Headers =
        ["row", "threads", "time", "± %", "% of FMA peak", "GB/s", "own-dense", "onnxruntime", "scaling", "more"];

    public static string[] Of(RowReport row) =>
    [
        row.Case,
        row.Threads.ToString(CultureInfo.InvariantCulture),
        Time(row.Seconds),
        Number(100 * row.Spread / 2, "f1"),
        Number(100 * row.ShareOfPeak, "f1"),
        Number(row.GigabytesPerSecond, "f1"),
        Ratio(row, "own-dense"),
        Ratio(row, "onnxruntime"),
        row.Scaling is { } scaling ? Number(scaling, "f2") + "×" : "",
        string.Join(", ", row.Ratios.Where(pair => pair.Key is not ("own-dense" or "onnxruntime")).Select(pair => $"{pair.Key} {Ratio(row, pair.Key)}")
            .Concat(row.Observations.Select(pair => $"{pair.Key} {Number(pair.Value.GetDouble(), "g4")}")).Concat(row.Notes ?? [])),
    ];

    public static string Describe(MachineDescription machine) => string.Create(
        CultureInfo.InvariantCulture,
        $"{machine.Cpu}, {machine.Processors} processors, {machine.VectorBits}-bit vectors, {machine.CacheBytes >> 20} MiB last-level cache, "
        + $"{machine.MemoryBytes >> 30} GiB; {machine.Os}; {machine.Runtime}; ONNX Runtime {machine.OnnxRuntime}; "
        + $"{machine.MeasuredAt:yyyy-MM-dd HH:mm} UTC; load average before {machine.LoadAverage?.ToString("f2", CultureInfo.InvariantCulture) ?? "unknown"}");

    public static string Describe(MeasuredLimits limits) => string.Create(
        CultureInfo.InvariantCulture,
        $"{limits.Threads} thread{(limits.Threads == 1 ? "" : "s")}: FMA peak {limits.PeakGigaflops:f1} GF, triad {limits.TriadGigabytesPerSecond:f1} GB/s");

    private static string Ratio(RowReport row, string baseline) =>
        row.Ratios.TryGetValue(baseline, out var ratio) ? Number(ratio, "f2") + "×" : "";

    private static string Time(double seconds) => seconds switch
    {
        >= 1 => Number(seconds, "f2") + " s",
        >= 1e-3 => Number(seconds * 1e3, seconds >= 0.1 ? "f0" : "f2") + " ms",
        _ => Number(seconds * 1e6, "f1") + " µs",
    };

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
