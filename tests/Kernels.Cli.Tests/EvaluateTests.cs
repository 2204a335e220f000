using System.Text.Json;
using Kernels.Cli.Tests.Models;
using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests;

public sealed class EvaluateTests : IDisposable
{
    private readonly TinyModel _model = new();
    private readonly string _text;

    public EvaluateTests()
    {
        _text = Path.Combine(_model.Folder, "text.txt");
        File.WriteAllText(_text, string.Concat(Enumerable.Range(0, 130).Select(i => $"line {i * i % 97}; ")));
    }

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_model_that_knows_nothing_is_as_perplexed_as_its_vocabulary_is_large()
    {
        _model.Silence();
        var report = Evaluate("--attention", "dense");
        Assert.Equal(256, report.GetProperty("perplexity").GetDouble(), 6);
        Assert.False(report.TryGetProperty("dense", out _));
    }

    [Fact]
    public void A_text_beyond_the_context_is_read_in_windows_and_timed_whole()
    {
        var report = Evaluate();
        var tokens = (int)new FileInfo(_text).Length;
        Assert.Equal(tokens, report.GetProperty("tokens").GetInt32());
        Assert.Equal((tokens + TinyModel.Context - 1) / TinyModel.Context, report.GetProperty("windows").GetInt32());
        Assert.True(report.GetProperty("windows").GetInt32() > 1);
        foreach (var side in new[] { report, report.GetProperty("dense") })
        {
            var prefill = side.GetProperty("prefill");
            Assert.Equal(tokens, prefill.GetProperty("seconds").GetDouble() * prefill.GetProperty("tokens_per_second").GetDouble(), 3);
            Assert.Equal(1, prefill.GetProperty("attention_density").GetDouble()); // windows this short leave nothing out
        }
    }

    [Fact]
    public void Dense_and_sparse_perplexities_are_those_of_the_agreement()
    {
        var report = Evaluate("--weights", "2:4");
        var agreement = report.GetProperty("agreement");
        Assert.Equal("dense", report.GetProperty("attention").GetString());
        Assert.Equal("2:4", report.GetProperty("weights").GetString());
        Assert.Equal(agreement.GetProperty("perplexity_sparse").GetDouble(), report.GetProperty("perplexity").GetDouble());
        Assert.Equal(agreement.GetProperty("perplexity_dense").GetDouble(), report.GetProperty("dense").GetProperty("perplexity").GetDouble());
        var alone = Evaluate("--attention", "dense").GetProperty("perplexity").GetDouble();
        Assert.Equal(alone, agreement.GetProperty("perplexity_dense").GetDouble(), alone * 1e-6);
    }

    [Fact]
    public void The_perplexity_of_a_run_is_that_of_an_evaluation()
    {
        File.WriteAllText(_text, "One window is enough for this.");
        var run = JsonDocument.Parse(
            InProcess.Run("run", "--json", "--model", _model.Folder, "--prompt-file", _text, "--max-tokens", "0", "--compare").Succeeded().Output).RootElement;
        var expected = Evaluate("--attention", "dense").GetProperty("perplexity").GetDouble();
        Assert.Equal(expected, run.GetProperty("agreement").GetProperty("perplexity_dense").GetDouble(), expected * 1e-6);
    }

    [Fact]
    public void The_table_shows_both_sides()
    {
        var output = InProcess.Run("evaluate", "--model", _model.Folder, "--text", _text).Succeeded().Output;
        foreach (var word in new[] { "anchor", "dense", "perplexity", "prefill", "peak memory", "KL(dense" }) Assert.Contains(word, output);
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public void A_single_token_cannot_be_evaluated()
    {
        File.WriteAllText(_text, "x");
        Refusal.AssertRefused(InProcess.Run("evaluate", "--model", _model.Folder, "--text", _text), 1, "--text", "at least 2");
    }

    private JsonElement Evaluate(params string[] options) =>
        JsonDocument.Parse(InProcess.Run(["evaluate", "--json", "--model", _model.Folder, "--text", _text, .. options]).Succeeded().Output).RootElement;
}
