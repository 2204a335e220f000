using System.Text;

namespace Kernels.Perf.Reports;

/// <summary>A report as a Markdown page.</summary>
internal static class MarkdownPage
{
    public static string Write(RatioReport report)
    {
        var page = new StringBuilder();
        page.Append("<!-- Written by the report command of perf/Kernels.Perf from the JSON of the same name; do not edit. -->\n");
        page.Append($"# {report.Machine.Cpu}\n\n{RatioCells.Describe(report.Machine)}.\n\n");
        foreach (var limits in report.Machine.Limits) page.Append($"- {RatioCells.Describe(limits)}\n");
        page.Append('\n');
        Line(page, RatioCells.Headers);
        Line(page, RatioCells.Headers.Select((_, column) => column is 0 or 9 ? "---" : "---:"));
        foreach (var row in report.Rows) Line(page, RatioCells.Of(row));
        if (report.NotRun.Count > 0) page.Append("\nNot run:\n\n");
        foreach (var row in report.NotRun) page.Append($"- {row.Case}, {row.Threads} thread{(row.Threads == 1 ? "" : "s")}: {row.Reason}\n");
        page.Append("\nHow to read the columns: [README](../README.md).\n");
        return page.ToString();
    }

    private static void Line(StringBuilder page, IEnumerable<string> cells) =>
        page.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|"))).Append(" |\n");
}
