using Kernels.Cli.Reports;
using Spectre.Console;

namespace Kernels.Cli.Output;

/// <summary>The short table at the end of a command: what was asked for, dense beside it where that was measured.</summary>
internal static class ReportTable
{
    /// <summary>Shows a run.</summary>
    public static void Show(Terminal terminal, RunReport report)
    {
        var table = Start(report.Attention, report.Weights, compared: report.Dense is not null);
        AddPrefill(table, report.Prefill, report.Dense?.Prefill);
        Add(table, "decode tokens", report.Decode.TokensPerSecond, report.Dense?.Decode.TokensPerSecond, Quantities.Rate, report.Dense is not null);
        if (report.Agreement is { } agreement)
            Add(table, "perplexity of the prompt", agreement.PerplexitySparse, agreement.PerplexityDense, Quantities.Number, true);
        AddMemory(table, report.PeakMemoryBytes, report.Dense?.PeakMemoryBytes);
        Finish(terminal, table, report.Agreement);
    }

    /// <summary>Shows an evaluation.</summary>
    public static void Show(Terminal terminal, EvaluationReport report)
    {
        var table = Start(report.Attention, report.Weights, compared: report.Dense is not null);
        Add(table, "perplexity", report.Perplexity, report.Dense?.Perplexity, Quantities.Number, report.Dense is not null);
        AddPrefill(table, report.Prefill, report.Dense?.Prefill);
        AddMemory(table, report.PeakMemoryBytes, report.Dense?.PeakMemoryBytes);
        Finish(terminal, table, report.Agreement);
    }

    /// <summary>Shows an inspection, a layer a row.</summary>
    public static void Show(Terminal terminal, InspectionReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(Markup.Escape(report.Attention));
        foreach (var column in (ReadOnlySpan<string>)["density", "recall", "lowest recall of a head"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var layer in report.Heads.GroupBy(head => head.Layer))
        {
            var lowest = layer.MinBy(head => head.Recall)!;
            table.AddRow(
                $"layer {layer.Key}", Quantities.Share(layer.Average(head => head.Density)), Quantities.Share(layer.Average(head => head.Recall)),
                $"{Quantities.Share(lowest.Recall)} (head {lowest.Head})");
        }

        table.AddRow("all", Quantities.Share(report.Density), Quantities.Share(report.Recall), "");
        Consoles.On(terminal.Output, terminal.OutputIsInteractive).Write(table);
    }

    private static Table Start(string attention, string weights, bool compared)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("");
        table.AddColumn(new TableColumn(Markup.Escape(weights == "dense" ? attention : $"{attention}, {weights}")).RightAligned());
        return compared
            ? table.AddColumn(new TableColumn("dense").RightAligned()).AddColumn(new TableColumn("÷ dense").RightAligned())
            : table;
    }

    private static void AddPrefill(Table table, PrefillReport here, PrefillReport? dense)
    {
        Add(table, "prefill", here.Seconds, dense?.Seconds, seconds => Quantities.Seconds(seconds!.Value), dense is not null);
        Add(table, "prefill tokens", here.TokensPerSecond, dense?.TokensPerSecond, Quantities.Rate, dense is not null);
        Add(table, "attention density", here.AttentionDensity, dense?.AttentionDensity, share => Quantities.Share(share!.Value), dense is not null);
    }

    private static void AddMemory(Table table, long here, long? dense) =>
        Add(table, "peak memory", here, dense, bytes => Quantities.Bytes((long)bytes!.Value), dense is not null);

    private static void Add(Table table, string what, double? here, double? dense, Func<double?, string> format, bool compared)
    {
        if (compared) table.AddRow(what, format(here), format(dense), Quantities.Ratio(here, dense));
        else table.AddRow(what, format(here));
    }

    private static void Finish(Terminal terminal, Table table, AgreementReport? agreement)
    {
        var console = Consoles.On(terminal.Output, terminal.OutputIsInteractive);
        console.Write(table);
        if (agreement is null) return;
        console.WriteLine(
            $"The same token is likeliest at {Quantities.Share(agreement.Top1)} of positions; KL(dense ‖ sparse) {Quantities.Number(agreement.Kl)} nats.");
    }
}
