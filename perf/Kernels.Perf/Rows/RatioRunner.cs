using System.Text.Json;
using Kernels.Perf.Limits;
using Kernels.Perf.Reports;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows;

/// <summary>Checks rows, then times each beside its baselines and the machine's limits.</summary>
/// <param name="timer">How contenders are timed.</param>
/// <param name="cacheBytes">Last-level cache.</param>
/// <param name="stage">Told what is going on: row, threads, stage.</param>
internal sealed class RatioRunner(InterleavedTimer timer, long cacheBytes, Action<string, int, string> stage)
{
    private readonly List<RowReport> _rows = [];
    private readonly List<NotRunReport> _notRun = [];
    private readonly List<MeasuredLimits> _limits = [];

    /// <summary>Runs every row with each number of threads.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two samples.</exception>
    public RatioReport Run(
        IReadOnlyList<IRatioRow> rows, IReadOnlyList<int> threadCounts, MachineDescription machine, CancellationToken cancellation)
    {
        foreach (var threads in threadCounts) RunAll(rows, threads, cancellation);
        return new RatioReport(machine with { Limits = _limits }, _rows, _notRun);
    }

    private void RunAll(IReadOnlyList<IRatioRow> rows, int threads, CancellationToken cancellation)
    {
        using var device = new CpuDevice(threads);
        using var limits = new MachineLimits(device, cacheBytes);
        var first = _rows.Count;
        foreach (var row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                _rows.Add(RunOne(row, device, limits, cancellation));
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                _notRun.Add(new NotRunReport(row.Name, threads, exception.Message));
            }
        }

        stage("limits", threads, "timing");
        var samples = timer.Measure([limits.Peak.Run, limits.Triad.Run], _ => { }, cancellation);
        _limits.Add(new MeasuredLimits(
            threads,
            _rows.Skip(first).Select(row => row.PeakGigaflops).Append(limits.FlopsPerSecond(samples[0].Best) / 1e9).Max(),
            _rows.Skip(first).Select(row => row.TriadGigabytesPerSecond).Append(limits.BytesPerSecond(samples[1].Best) / 1e9).Max()));
    }

    private RowReport RunOne(IRatioRow row, CpuDevice device, MachineLimits limits, CancellationToken cancellation)
    {
        var threads = device.Workers.Count;
        stage(row.Name, threads, "preparing");
        using var prepared = row.Prepare(new RowSetup(device, cacheBytes));
        using var oneThread = row.Bound == Bound.Compute && threads > 1 ? new CpuDevice(1) : null;
        using var single = oneThread is null ? null : row.Prepare(new RowSetup(oneThread, cacheBytes, WithBaselines: false));

        stage(row.Name, threads, "checking");
        List<Contender> contenders = [prepared.Own, .. prepared.Baselines];
        if (single is not null) contenders.Add(single.Own with { Name = "one-thread" });
        contenders.AddRange([limits.Peak, limits.Triad]);
        foreach (var contender in contenders)
        {
            cancellation.ThrowIfCancellationRequested();
            contender.Run();
            contender.Verify();
        }

        stage(row.Name, threads, "timing");
        var samples = timer.Measure(
            [.. contenders.Select(contender => contender.Run)], round => stage(row.Name, threads, $"round {round}"), cancellation);
        prepared.Own.Verify(); // Still right when warm.

        return Report(row, threads, prepared, contenders.Select(contender => contender.Name).Zip(samples).ToDictionary(), limits);
    }

    private static RowReport Report(
        IRatioRow row, int threads, PreparedRow prepared, Dictionary<string, Samples> samples, MachineLimits limits)
    {
        var own = samples["own"];
        var work = prepared.Work();
        // A limit is what the machine did at its best: a disturbed sample of it must not flatter the row.
        var peak = limits.FlopsPerSecond(samples[limits.Peak.Name].Best);
        return new RowReport
        {
            Case = row.Name,
            Threads = threads,
            Seconds = own.Median,
            ShareOfPeak = work.Flops / own.Median / peak,
            GigabytesPerSecond = work.Bytes / own.Median / 1e9,
            Ratios = prepared.Baselines.ToDictionary(baseline => baseline.Name, baseline => samples[baseline.Name].Median / own.Median),
            BestSeconds = own.Best,
            Spread = own.Spread,
            Rounds = own.Count,
            PeakGigaflops = peak / 1e9,
            TriadGigabytesPerSecond = limits.BytesPerSecond(samples[limits.Triad.Name].Best) / 1e9,
            Scaling = samples.TryGetValue("one-thread", out var single) ? single.Median / own.Median : null,
            Baselines = prepared.Baselines.ToDictionary(
                baseline => baseline.Name,
                baseline => new BaselineReport(samples[baseline.Name].Median, samples[baseline.Name].Best, samples[baseline.Name].Spread)),
            Notes = prepared.Notes.Count == 0 ? null : prepared.Notes,
            Observations = prepared.Observations().ToDictionary(pair => pair.Key, pair => JsonSerializer.SerializeToElement(pair.Value)),
        };
    }
}
