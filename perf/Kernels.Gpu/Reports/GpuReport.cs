using System.Text.Json;
using System.Text.Json.Serialization;
using Kernels.Gpu.Correctness;
using Kernels.Gpu.Rows;

namespace Kernels.Gpu.Reports;

/// <summary>One run of the program.</summary>
internal sealed class GpuReport
{
    private const double MostSecondsOfLaunch = 1.5e-6;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public required string Device { get; init; }

    public required string Description { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>Whether the sizes only tried the program out.</summary>
    public required bool IsTiny { get; init; }

    public double Seconds { get; set; }

    public double CopyBytesPerSecond { get; set; }

    /// <summary>Null where the device has no tensor cores.</summary>
    public double? TensorFlopsPerSecond { get; set; }

    public string PeerDescription { get; set; } = "not run";

    public IReadOnlyList<CheckReport> Checks { get; set; } = [];

    public List<RowReport> Rows { get; } = [];

    /// <summary>Fills the ratios of rows that ran.</summary>
    public void Compare()
    {
        var own = Rows.Where(row => row.NotRun is null).ToDictionary(row => row.Name, row => row.Seconds);
        foreach (var row in Rows.Where(row => row.NotRun is null))
        {
            foreach (var (peer, seconds) in row.Peers) row.Ratios[peer] = seconds / row.Seconds;
            if (row.Limit == RowLimit.Memory) row.Ratios[RowTarget.CopyBandwidth] = row.Bytes / CopyBytesPerSecond / row.Seconds;
            if (row.Limit == RowLimit.Launch) row.Ratios[RowTarget.LaunchTime] = MostSecondsOfLaunch * row.Launches / row.Seconds;
            foreach (var target in row.Targets)
            {
                if (own.TryGetValue(target.Against, out var other)) row.Ratios[target.Against] = other / row.Seconds;
                if (row.Ratios.TryGetValue(target.Against, out var ratio)) row.Reached[target.Against] = ratio >= target.Least;
            }
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
