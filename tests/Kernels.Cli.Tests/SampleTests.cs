using System.Text.Json;
using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests;

public class SampleTests
{
    private static readonly bool Embedded =
        typeof(Kernels.Cli.Commands.KernelsCommand).Assembly.GetManifestResourceNames().Contains("Sample/config.json");

    [Fact]
    public void Without_a_command_the_sample_model_reads_its_document_sparse_beside_dense()
    {
        if (!Embedded)
        {
            Refusal.AssertRefused(InProcess.Run(), 1, "no sample model", "--model");
            return;
        }

        var run = JsonDocument.Parse(ToolProcess.Run("--max-tokens", "4", "--json").Succeeded().Output).RootElement;
        Assert.Equal("sample", run.GetProperty("model").GetString());
        Assert.Equal("anchor", run.GetProperty("attention").GetString());
        Assert.Equal(16384 - 4, run.GetProperty("prompt_tokens").GetArrayLength());
        Assert.Equal(4, run.GetProperty("generated_tokens").GetArrayLength());
        Assert.InRange(run.GetProperty("prefill").GetProperty("attention_density").GetDouble(), 0.001, 0.9);
        Assert.Equal(1, run.GetProperty("dense").GetProperty("prefill").GetProperty("attention_density").GetDouble());
        Assert.InRange(run.GetProperty("agreement").GetProperty("top1").GetDouble(), 0.9, 1);
        Assert.InRange(run.GetProperty("agreement").GetProperty("perplexity_dense").GetDouble(), 1, 16);
    }

    [Fact]
    public void The_document_leaves_room_for_the_answer()
    {
        if (!Embedded) Assert.Skip("This build holds no sample model.");
        Refusal.AssertRefused(InProcess.Run("run", "--max-tokens", "16384"), 1, "--max-tokens", "16384");
    }

    [Fact]
    public void The_sample_model_reads_other_prompts_too()
    {
        if (!Embedded) Assert.Skip("This build holds no sample model.");
        var run = JsonDocument.Parse(
            InProcess.Run("run", "--json", "--prompt", "It is a truth", "--max-tokens", "8").Succeeded().Output).RootElement;
        Assert.Equal("dense", run.GetProperty("attention").GetString());
        Assert.Equal(8, run.GetProperty("generated_tokens").GetArrayLength());
    }
}
