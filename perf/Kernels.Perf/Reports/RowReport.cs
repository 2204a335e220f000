using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kernels.Perf.Reports;

/// <summary>The figures of one row; own and baseline times are medians over the rounds.</summary>
internal sealed record RowReport
{
    /// <summary>Name of the row.</summary>
    public required string Case { get; init; }

    /// <summary>Threads of the row and of its baselines.</summary>
    public required int Threads { get; init; }

    /// <summary>One run.</summary>
    public required double Seconds { get; init; }

    /// <summary>Counted operations a second ÷ <see cref="PeakGigaflops"/>.</summary>
    public required double ShareOfPeak { get; init; }

    /// <summary>Counted bytes a second, 10⁹.</summary>
    public required double GigabytesPerSecond { get; init; }

    /// <summary>Baseline seconds ÷ own seconds, by baseline; above 1 the row is faster.</summary>
    public required IReadOnlyDictionary<string, double> Ratios { get; init; }

    /// <summary>Fastest sample.</summary>
    public required double BestSeconds { get; init; }

    /// <summary>(80th − 20th percentile) ÷ median.</summary>
    public required double Spread { get; init; }

    /// <summary>Samples.</summary>
    public required int Rounds { get; init; }

    /// <summary>FMA peak with the row's threads: the fastest sample of the row's own rounds.</summary>
    public required double PeakGigaflops { get; init; }

    /// <summary>Triad with the row's threads: the fastest sample of the row's own rounds.</summary>
    public required double TriadGigabytesPerSecond { get; init; }

    /// <summary>Seconds of one thread ÷ seconds, measured in the same rounds; compute-bound rows with several threads only.</summary>
    public double? Scaling { get; init; }

    /// <summary>Timings behind <see cref="Ratios"/>.</summary>
    public required IReadOnlyDictionary<string, BaselineReport> Baselines { get; init; }

    /// <summary>What a reader must know.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    /// <summary>Figures that only some rows have, such as <c>density</c>; fields of the row in JSON.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Observations { get; init; } = [];
}
