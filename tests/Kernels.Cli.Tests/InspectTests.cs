using System.Buffers.Binary;
using System.Text.Json;
using Kernels.Cli.Tests.Models;
using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests;

public sealed class InspectTests : IDisposable
{
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Json_holds_a_figure_for_every_head()
    {
        var report = JsonDocument.Parse(Inspect("--json").Succeeded().Output).RootElement;
        Assert.Equal(
            ["model", "device", "attention", "tokens", "density", "recall", "heads"], report.EnumerateObject().Select(field => field.Name));
        Assert.Equal("anchor", report.GetProperty("attention").GetString());
        Assert.Equal((1.0, 1.0), (report.GetProperty("density").GetDouble(), report.GetProperty("recall").GetDouble())); // one group: nothing is left out
        var heads = report.GetProperty("heads").EnumerateArray().Select(head => (head.GetProperty("layer").GetInt32(), head.GetProperty("head").GetInt32())).ToArray();
        Assert.NotEmpty(heads);
        Assert.Equal(heads.Order().Distinct(), heads);
    }

    [Fact]
    public void The_picture_is_a_png_with_a_panel_for_every_head()
    {
        var file = Path.Combine(_model.Folder, "attention.png");
        Assert.Contains("layer 0", Inspect("--out", file).Output);
        var bytes = File.ReadAllBytes(file);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], bytes[..8]);
        Assert.True(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)) > 256 && BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)) > 128);
        Assert.Equal([file], Directory.GetFiles(_model.Folder, "*attention*"));
    }

    [Fact]
    public void Mistakes_are_one_line()
    {
        Refusal.AssertRefused(Inspect(), 2, "--out", "--json");
        Refusal.AssertRefused(InProcess.Run("inspect", "attention", "--frobnicate"), 2, "kernels inspect attention --help");
        Refusal.AssertRefused(InProcess.Run("inspect"), 2, "kernels inspect --help");
        var missing = Path.Combine(_model.Folder, "no", "such", "folder", "a.png");
        Refusal.AssertRefused(Inspect("--out", missing), 1, "--out", "no folder");
    }

    private Outcome Inspect(params string[] arguments) =>
        InProcess.Run(["inspect", "attention", "--model", _model.Folder, "--prompt", "It was a dark night", .. arguments]);
}
