using System.Globalization;
using Kernels.Gpu.Correctness;
using Kernels.Gpu.Rows;
using Spectre.Console;

namespace Kernels.Gpu.Reports;

/// <summary>A run as one table.</summary>
internal static class ReportTable
{
    public static void Write(IAnsiConsole console, GpuReport report)
    {
        if (report.Checks.Count > 0)
            console.WriteLine(
                $"Checked {report.Checks.Count} cases: {Count(CheckOutcome.Right)} right, {Count(CheckOutcome.Wrong)} wrong, {Count(CheckOutcome.Refused)} refused before launch.");
        foreach (var check in report.Checks.Where(check => check.Outcome != CheckOutcome.Right))
            console.WriteLine($"  {check.Outcome.ToString().ToLowerInvariant()}: {check.Name}: {check.Reason}");
        if (report.Rows.Count > 0)
        {
            console.WriteLine(Text(
                $"Copy bandwidth {report.CopyBytesPerSecond / 1e9:f0} GB/s, tensor cores {(report.TensorFlopsPerSecond is { } peak ? Text($"{peak / 1e12:f1} TFLOP/s") : "none")}. {report.PeerDescription}."));
            if (report.IsTiny) console.WriteLine("Tiny sizes: these figures only show that the program runs.");
            console.Write(Rows(report));
        }

        console.WriteLine(Text($"{report.Seconds:f0} seconds."));

        int Count(CheckOutcome outcome) => report.Checks.Count(check => check.Outcome == outcome);
    }

    private static Table Rows(GpuReport report)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumns("row", "median", "TFLOP/s", "GB/s", "of ceiling", "ratios (theirs ÷ own)", "must reach");
        foreach (var row in report.Rows)
        {
            if (row.NotRun is not null)
            {
                table.AddRow(Cells(row.Name, "*not run*", "", "", "", row.NotRun, Must(row)));
                continue;
            }

            var flops = row.Operations / row.Seconds;
            var bytes = row.Bytes / row.Seconds;
            var share = row.Limit switch
            {
                RowLimit.Memory => bytes / report.CopyBytesPerSecond,
                RowLimit.Compute => flops / report.TensorFlopsPerSecond,
                _ => null,
            };
            table.AddRow(Cells(
                row.Name, Text($"{row.Seconds * 1e3:f4} ms"), row.Operations > 0 ? Text($"{flops / 1e12:f2}") : "", row.Bytes > 0 ? Text($"{bytes / 1e9:f0}") : "",
                share is { } part ? Text($"{100 * part:f0} %") : "", string.Join(", ", row.Ratios.Select(ratio => Text($"{ratio.Key} {ratio.Value:f2}"))), Must(row)));
        }

        return table;
    }

    private static string Must(RowReport row) => string.Join(", ", row.Targets.Select(target => Text(
        $"{target.Against} {target.Least:0.##}{(row.Reached.TryGetValue(target.Against, out var reached) ? reached ? " ✓" : " ✗" : "")}")));

    private static string[] Cells(params string[] cells) => Array.ConvertAll(cells, Markup.Escape);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
