using System.Text.Json;
using Kernels.Cli.Tests.Models;
using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests;

public sealed class CompressTests : IDisposable
{
    private readonly TinyModel _model = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("kernels-cli-compress-").FullName;

    private string Out => Path.Combine(_folder, "out");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _model.Dispose();
    }

    [Theory]
    [InlineData("2:4", "magnitude")]
    [InlineData("group:4@0.5", "wanda")]
    [InlineData("unstructured@0.5", "sparsegpt")]
    public void A_compressed_model_is_reported_and_runs(string pattern, string method)
    {
        var text = Path.Combine(_folder, "text.txt");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog. ", 20)));
        var outcome = InProcess.Run("compress", "--model", _model.Folder, "--pattern", pattern, "--method", method, "--calibration", text, "--length", "128", "--text", text, "--out", Out, "--json")
            .Succeeded();
        var report = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal(pattern, report.GetProperty("pattern").GetString());
        Assert.Equal(14, report.GetProperty("tensors").GetArrayLength());
        Assert.Equal(0.5, report.GetProperty("density").GetDouble(), 0.02);
        foreach (var tensor in report.GetProperty("tensors").EnumerateArray())
        {
            Assert.InRange(tensor.GetProperty("error").GetDouble(), 0.01, 1);
            Assert.True(tensor.GetProperty("seconds").GetDouble() > 0);
        }

        var evaluated = JsonDocument.Parse(InProcess.Run("evaluate", "--model", Out, "--text", text, "--attention", "dense", "--json").Succeeded().Output).RootElement;
        Assert.Equal(report.GetProperty("perplexity").GetProperty("pruned").GetDouble(), evaluated.GetProperty("perplexity").GetDouble(), 1e-6);
        InProcess.Run("run", "--model", Out, "--prompt", "the", "--max-tokens", "2").Succeeded();
        if (pattern == "2:4") InProcess.Run("run", "--model", Out, "--weights", "2:4", "--prompt", "the", "--max-tokens", "2").Succeeded();
    }

    [Fact]
    public void People_get_a_table() =>
        Assert.Contains("50.00 % of the pruned layers' weights are kept", InProcess.Run("compress", "--model", _model.Folder, "--pattern", "2:4", "--method", "magnitude", "--out", Out).Succeeded().Output);

    [Fact]
    public void Requests_that_make_no_sense_are_refused_before_anything_is_written()
    {
        Refusal.AssertRefused(Run("2:5:3", "magnitude"), 2, "--pattern", "'2:5:3'");
        Refusal.AssertRefused(Run("unstructured@1.5", "magnitude"), 2, "--pattern", "1.5");
        Refusal.AssertRefused(Run("2:4", "lottery"), 2, "--method", "'lottery'", "sparsegpt");
        Refusal.AssertRefused(Run("2:4", "wanda"), 2, "--calibration");
        Refusal.AssertRefused(Run("unstructured@0.5", "magnitude", "--allocation", "owl"), 2, "--calibration");
        Refusal.AssertRefused(Run("2:4", "magnitude", "--allocation", "erdos-renyi"), 1, "2:4", "erdos-renyi");
        Refusal.AssertRefused(Run("3:24", "magnitude"), 1, "model.layers.0", "24");
        Refusal.AssertRefused(Run("2:4", "global"), 1, "2:4", "magnitude");
        Assert.False(Directory.Exists(Out));
        Directory.CreateDirectory(Out);
        Refusal.AssertRefused(Run("2:4", "magnitude"), 1, "there already");
    }

    private Outcome Run(string pattern, string method, params string[] more) =>
        InProcess.Run(["compress", "--model", _model.Folder, "--pattern", pattern, "--method", method, "--out", Out, .. more]);
}
