using System.Text.Json;
using Kernels.Cli.Tests.Models;
using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests;

public sealed class AverageTests : IDisposable
{
    private readonly TinyModel _model = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("kernels-cli-average-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _model.Dispose();
    }

    [Theory]
    [InlineData("2:4")]
    [InlineData("group:4@0.5")]
    public void An_average_of_compressed_models_is_reported_and_runs(string pattern)
    {
        Compress("a", pattern);
        Compress("b", pattern);
        var report = JsonDocument.Parse(Average("a", "b", "--json").Succeeded().Output).RootElement;
        Assert.Equal([At("a"), At("b")], report.GetProperty("models").EnumerateArray().Select(model => model.GetString()));
        Assert.Equal(14, report.GetProperty("sparse_tensors").GetInt32());
        Assert.Equal(20, report.GetProperty("tensors").GetInt32());
        Assert.Equal(0.5, report.GetProperty("density").GetDouble(), 0.02);

        // A model averaged with itself says what it said.
        string Said(string name) => InProcess.Run("run", "--model", At(name), "--prompt", "the", "--max-tokens", "8", "--json").Succeeded().Output;
        int[] Ids(string name) => [.. JsonDocument.Parse(Said(name)).RootElement.GetProperty("generated_tokens").EnumerateArray().Select(id => id.GetInt32())];
        Assert.Equal(Ids("a"), Ids("out"));
    }

    [Fact]
    public void People_get_a_sentence()
    {
        Compress("a", "2:4");
        Assert.Contains("2 models averaged, 20 tensors, 14 of them sparse with 50.00 % of their weights kept.", Average("a", "a").Succeeded().Output);
    }

    [Fact]
    public void Requests_that_cannot_be_met_are_refused_before_anything_is_written()
    {
        Compress("a", "2:4");
        Compress("b", "2:4", "random");
        Refusal.AssertRefused(Average("a", "b"), 1, "mask of tensor 'model.layers.0.", "one mask");
        Refusal.AssertRefused(Average("a", "none"), 1, At("none"));
        Refusal.AssertRefused(InProcess.RunCancelled("average", "--model", At("a"), "--model", At("a"), "--out", At("out")), 130, "interrupted");
        Assert.Equal([At("a"), At("b")], Directory.GetFileSystemEntries(_folder).Order());
        Refusal.AssertRefused(InProcess.Run("average", "--model", At("a"), "--model", At("a"), "--out", At("b")), 1, "there already");
    }

    private string At(string name) => Path.Combine(_folder, name);

    private void Compress(string output, string pattern, string method = "magnitude") =>
        InProcess.Run("compress", "--model", _model.Folder, "--pattern", pattern, "--method", method, "--out", At(output)).Succeeded();

    private Outcome Average(string first, string second, params string[] more) =>
        InProcess.Run(["average", "--model", At(first), "--model", At(second), "--out", At("out"), .. more]);
}
