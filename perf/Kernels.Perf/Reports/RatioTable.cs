using Spectre.Console;

namespace Kernels.Perf.Reports;

/// <summary>A report as a table for the terminal.</summary>
internal static class RatioTable
{
    public static void Write(IAnsiConsole console, RatioReport report)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var header in RatioCells.Headers)
            table.AddColumn(new TableColumn(Markup.Escape(header)) { NoWrap = header == "row" });
        for (var column = 1; column < RatioCells.Headers.Length - 1; column++) table.Columns[column].RightAligned();
        foreach (var row in report.Rows) table.AddRow([.. RatioCells.Of(row).Select(Markup.Escape)]);
        console.WriteLine(RatioCells.Describe(report.Machine));
        foreach (var limits in report.Machine.Limits) console.WriteLine(RatioCells.Describe(limits));
        if (report.Rows.Count > 0) console.Write(table);
        foreach (var row in report.NotRun)
            console.MarkupLineInterpolated($"[red]not run[/] {row.Case}, {row.Threads} thread{(row.Threads == 1 ? "" : "s")}: {row.Reason}");
    }
}
