using System.Text.Json;
using Kernels.Perf.Limits;
using Kernels.Perf.Reports;
using Kernels.Perf.Rows;
using Kernels.Perf.Timing;
using Xunit;

namespace Kernels.Perf.Tests;

public class RatioRunnerTests
{
    [Fact]
    public void A_wrong_row_is_reported_and_never_timed()
    {
        var (wrong, right) = (new FakeRow("a.wrong", 2), new FakeRow("b.right", 1));
        var report = Run([wrong, right], [1]);

        Assert.Equal(1, wrong.Runs);
        Assert.Equal(1, wrong.Disposed);
        var reason = Assert.Single(report.NotRun);
        Assert.Equal(("a.wrong", 1, "The answer is 2, not 1."), (reason.Case, reason.Threads, reason.Reason));
        Assert.Equal("b.right", Assert.Single(report.Rows).Case);
        Assert.Equal(1, right.Disposed);
    }

    [Fact]
    public void A_missing_baseline_is_an_absent_key_with_a_note()
    {
        var row = Assert.Single(Run([new FakeRow("a", 1)], [1]).Rows);
        Assert.Equal(["own-dense"], row.Ratios.Keys);
        Assert.Equal(["onnxruntime: no such library"], row.Notes);
    }

    [Fact]
    public void Compute_bound_rows_report_how_they_scale()
    {
        var report = Run([new FakeRow("a", 1, Bound.Compute), new FakeRow("b", 1)], [1, 2]);
        Assert.Equal(
            [("a", 1, false), ("b", 1, false), ("a", 2, true), ("b", 2, false)],
            report.Rows.Select(row => (row.Case, row.Threads, row.Scaling is > 0)));
        Assert.Equal([1, 2], report.Machine.Limits.Select(limits => limits.Threads));
    }

    [Fact]
    public void The_json_has_the_published_shape_and_can_be_read_back()
    {
        var report = Run([new FakeRow("a", 1), new FakeRow("b", 2)], [1]);
        using var json = JsonDocument.Parse(report.ToJson());
        var machine = json.RootElement.GetProperty("machine");
        Assert.True(machine.GetProperty("limits")[0].GetProperty("peak_gigaflops").GetDouble() > 0);
        Assert.True(machine.GetProperty("limits")[0].GetProperty("triad_gigabytes_per_second").GetDouble() > 0);
        var row = Assert.Single(json.RootElement.GetProperty("rows").EnumerateArray());
        Assert.Equal("a", row.GetProperty("case").GetString());
        Assert.Equal(1, row.GetProperty("threads").GetInt32());
        foreach (var figure in new[] { "seconds", "share_of_peak", "gigabytes_per_second" })
            Assert.True(row.GetProperty(figure).GetDouble() > 0, figure);
        Assert.True(row.GetProperty("ratios").GetProperty("own-dense").GetDouble() >= 0);
        Assert.False(row.GetProperty("ratios").TryGetProperty("onnxruntime", out _));
        Assert.Equal(0.25, row.GetProperty("density").GetDouble());
        Assert.False(row.TryGetProperty("scaling", out _));
        Assert.Equal("b", json.RootElement.GetProperty("not_run")[0].GetProperty("case").GetString());
        Assert.Equal(report.ToJson(), RatioReport.FromJson(report.ToJson()).ToJson());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"machine\":{}}")]
    [InlineData("[1]")]
    [InlineData("nothing")]
    public void Anything_else_is_refused(string text) => Assert.ThrowsAny<JsonException>(() => RatioReport.FromJson(text));

    [Fact]
    public void The_markdown_page_has_a_line_for_every_row()
    {
        var page = MarkdownPage.Write(Run([new FakeRow("a.row", 1), new FakeRow("b.row", 2)], [1]));
        Assert.Contains("| a.row | 1 | ", page);
        Assert.Contains("density 0.25", page);
        Assert.Contains("- b.row, 1 thread: The answer is 2, not 1.", page);
    }

    [Fact]
    public void Cancelling_ends_the_run_without_a_report()
    {
        using var source = new CancellationTokenSource();
        var row = new FakeRow("a", 1);
        var runner = new RatioRunner(
            new InterleavedTimer(1, TimeSpan.Zero, TimeSpan.Zero, TimeProvider.System), 1 << 20, (_, _, stage) =>
            {
                if (stage == "timing") source.Cancel();
            });
        Assert.Throws<OperationCanceledException>(() => runner.Run([row], [1], MachineDescription.Read(TimeProvider.System), source.Token));
        Assert.Equal(1, row.Disposed);
    }

    private static RatioReport Run(IReadOnlyList<IRatioRow> rows, IReadOnlyList<int> threads) =>
        new RatioRunner(new InterleavedTimer(1, TimeSpan.Zero, TimeSpan.Zero, TimeProvider.System), 1 << 20, (_, _, _) => { })
            .Run(rows, threads, MachineDescription.Read(TimeProvider.System), TestContext.Current.CancellationToken);
}
