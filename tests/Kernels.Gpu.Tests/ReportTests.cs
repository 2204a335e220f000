using Kernels.Gpu.Peers;
using Kernels.Gpu.Reports;
using Kernels.Gpu.Rows;
using Xunit;

namespace Kernels.Gpu.Tests;

public sealed class ReportTests
{
    [Fact]
    public void Ratios_are_theirs_by_own_and_meet_their_targets_or_not()
    {
        var report = new GpuReport { Device = "cuda", Description = "none", Date = default, IsTiny = false, CopyBytesPerSecond = 1000 };
        report.Rows.AddRange(
        [
            Row("dense", RowLimit.Memory, 2, new RowTarget("torch", 0.5), new RowTarget(RowTarget.CopyBandwidth, 0.85)),
            Row("sparse", RowLimit.Memory, 1, new RowTarget("dense", 2.5)),
            Row("graph", RowLimit.Launch, 150e-6, new RowTarget(RowTarget.LaunchTime, 1)),
            Row("refused", RowLimit.Compute, 0, new RowTarget("dense", 1)),
        ]);
        report.Rows[0].Bytes = 1600;
        report.Rows[0].Peers = new() { ["torch"] = 1.5 };
        report.Rows[2].Launches = 200;
        report.Rows[3].NotRun = "no such unit";
        report.Compare();
        Assert.Equal(0.75, report.Rows[0].Ratios["torch"]);
        Assert.Equal(0.8, report.Rows[0].Ratios[RowTarget.CopyBandwidth], 9);
        Assert.Equal(new() { ["torch"] = true, [RowTarget.CopyBandwidth] = false }, report.Rows[0].Reached);
        Assert.Equal((2.0, false), (report.Rows[1].Ratios["dense"], report.Rows[1].Reached["dense"]));
        Assert.Equal(2.0, report.Rows[2].Ratios[RowTarget.LaunchTime], 9);
        Assert.Empty(report.Rows[3].Ratios);
        Assert.DoesNotContain("targets", report.ToJson());
    }

    [Theory]
    [InlineData("""{"missing": "python3 has no PyTorch"}""", "not run: python3 has no PyTorch", 0)]
    [InlineData("""{"description": "PyTorch 9", "rows": {"a": {"flash": 0.5}}}""", "PyTorch 9", 1)]
    [InlineData("Traceback", "not run: the script answered 'Traceback'", 0)]
    [InlineData("""{"description": "PyTorch 9"}""", "not run: the script answered", 0)]
    public void Answers_of_the_script_are_read_or_refused(string answer, string description, int rows)
    {
        var (read, seconds) = TorchPeer.Read(answer);
        Assert.StartsWith(description, read);
        Assert.Equal(rows, seconds.Count);
        if (rows > 0) Assert.Equal(0.5, seconds["a"]["flash"]);
    }

    [Fact]
    public void Every_row_that_is_published_names_its_shape_and_its_target()
    {
        var rows = RowCatalog.Rows(tiny: false);
        Assert.Equal(21, rows.Count);
        Assert.All(rows, row => Assert.NotEmpty(row.Targets));
        Assert.All(rows, row => Assert.Contains("kind", row.Shape.Keys));
        Assert.Equal(rows.Select(row => row.Name), RowCatalog.Rows(tiny: true).Select(row => row.Name));
    }

    private static RowReport Row(string name, RowLimit limit, double seconds, params RowTarget[] targets) =>
        new() { Name = name, Description = name, Limit = limit, Seconds = seconds, Targets = targets };
}
