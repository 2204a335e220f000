using System.Text.Json.Serialization;
using Kernels.Gpu.Rows;

namespace Kernels.Gpu.Reports;

/// <summary>What was measured of a row.</summary>
internal sealed class RowReport
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    public required RowLimit Limit { get; init; }

    /// <summary>Why there are no figures; null where there are.</summary>
    public string? NotRun { get; set; }

    /// <summary>Median of one run; 0 where it was not run.</summary>
    public double Seconds { get; set; }

    public double Operations { get; set; }

    public double Bytes { get; set; }

    public int Launches { get; set; }

    /// <summary>Seconds of PyTorch's contenders.</summary>
    public Dictionary<string, double> Peers { get; set; } = [];

    /// <summary>Seconds of a contender, row or limit divided by this row's.</summary>
    public Dictionary<string, double> Ratios { get; } = [];

    [JsonIgnore]
    public RowTarget[] Targets { get; init; } = [];

    /// <summary>For each target that could be compared, whether it was reached.</summary>
    public Dictionary<string, bool> Reached { get; } = [];
}
