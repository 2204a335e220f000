using System.Text.Json;
using System.Text.Json.Serialization;
using Kernels.Perf.Limits;

namespace Kernels.Perf.Reports;

/// <summary>What a ratios run found; the shape of its JSON.</summary>
/// <param name="Machine">Where it ran.</param>
/// <param name="Rows">Rows that were right and timed.</param>
/// <param name="NotRun">Rows that were wrong or could not run, with the reason.</param>
internal sealed record RatioReport(MachineDescription Machine, IReadOnlyList<RowReport> Rows, IReadOnlyList<NotRunReport> NotRun)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Options);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The text is something else.</exception>
    public static RatioReport FromJson(string json)
    {
        var report = JsonSerializer.Deserialize<RatioReport>(json, Options);
        return report is { Machine.Cpu: not null, Rows: not null }
            ? report with { NotRun = report.NotRun ?? [] }
            : throw new JsonException("the file is no report of this harness: \"machine\" or \"rows\" is missing");
    }
}
