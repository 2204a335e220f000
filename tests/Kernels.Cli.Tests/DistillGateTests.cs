using System.Text.Json;
using Kernels.Cli.Tests.Models;
using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests;

public sealed class DistillGateTests : IDisposable
{
    private static readonly bool Embedded =
        typeof(Kernels.Cli.Commands.KernelsCommand).Assembly.GetManifestResourceNames().Contains("Sample/config.json");

    private readonly string _folder = Directory.CreateTempSubdirectory("kernels-cli-gate-").FullName;

    private string Gate => Path.Combine(_folder, "gate.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_gate_of_the_sample_model_finds_more_attention_than_before_and_is_used()
    {
        if (!Embedded) Assert.Skip("This build holds no sample model.");
        var text = Opening(12288);
        var outcome = InProcess.Run("distill-gate", "--text", text, "--length", "2048", "--steps", "30", "--out", Gate, "--json").Succeeded();
        var report = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal("sample", report.GetProperty("model").GetString());
        var learned = report.GetProperty("distillation");
        Assert.Equal((5, 1), (learned.GetProperty("training_sequences").GetInt32(), learned.GetProperty("held_out_sequences").GetInt32()));
        var layers = learned.GetProperty("layers").EnumerateArray().ToArray();
        Assert.Equal(4, layers.Length);
        Assert.All(layers, layer => Assert.True(layer.GetProperty("loss_after").GetDouble() < 0.5 * layer.GetProperty("loss_before").GetDouble(), layer.ToString()));
        var recalls = layers.SelectMany(layer => layer.GetProperty("recall").EnumerateArray()).ToArray();
        Assert.All(recalls, recall => Assert.InRange(recall.GetProperty("after").GetDouble(), 0, recall.GetProperty("best").GetDouble() + 1e-9));
        Assert.All(layers, layer => Assert.True(Recall(layer, "after") > Recall(layer, "before") + 1e-3, layer.ToString()));

        var run = JsonDocument.Parse(InProcess.Run(
            "run", "--attention", "seer", "--gate", Gate, "--prompt-file", text, "--max-tokens", "2", "--compare", "--json").Succeeded().Output).RootElement;
        Assert.InRange(run.GetProperty("prefill").GetProperty("attention_density").GetDouble(), 0.01, 0.7);
        Assert.InRange(run.GetProperty("agreement").GetProperty("top1").GetDouble(), 0.95, 1);
        InProcess.Run("evaluate", "--attention", "seer", "--gate", Gate, "--text", text).Succeeded();
        var inspected = JsonDocument.Parse(InProcess.Run(
            "inspect", "attention", "--attention", "seer", "--gate", Gate, "--prompt-file", text, "--json").Succeeded().Output).RootElement;
        Assert.InRange(inspected.GetProperty("density").GetDouble(), 0.01, 0.7);
        Assert.InRange(inspected.GetProperty("recall").GetDouble(), 0.9, 1);
    }

    [Fact]
    public void A_gate_for_generation_generates()
    {
        if (!Embedded) Assert.Skip("This build holds no sample model.");
        var text = Opening(600);
        var outcome = InProcess.Run("distill-gate", "--for", "decode", "--text", text, "--length", "300", "--steps", "3", "--out", Gate).Succeeded();
        Assert.Contains("seer-r", outcome.Output);
        Assert.Contains("recall before", outcome.Output);
        InProcess.Run("run", "--attention", "seer-r", "--gate", Gate, "--prompt-file", text, "--max-tokens", "3").Succeeded();
        Refusal.AssertRefused(InProcess.Run("run", "--attention", "seer", "--gate", Gate, "--prompt", "x"), 1, "for generation", "--for prefill");
    }

    [Fact]
    public void Requests_that_make_no_sense_are_refused_and_leave_no_file()
    {
        using var model = new TinyModel();
        var text = Path.Combine(_folder, "text.txt");
        File.WriteAllText(text, "Much too short.");
        Refusal.AssertRefused(InProcess.Run("distill-gate", "--model", model.Folder, "--text", text, "--out", Gate), 1, "tokens at least");
        Refusal.AssertRefused(InProcess.Run("distill-gate", "--model", model.Folder, "--text", text), 2, "--out");
        Refusal.AssertRefused(InProcess.Run("distill-gate", "--model", model.Folder, "--out", Gate), 2, "--text");
        Refusal.AssertRefused(InProcess.Run("distill-gate", "--text", text, "--out", Gate, "--length", "100"), 2, "--length", "'100'", "from 256");
        Refusal.AssertRefused(InProcess.Run("distill-gate", "--text", text, "--out", Gate, "--learning-rate", "0"), 2, "--learning-rate");
        Refusal.AssertRefused(InProcess.Run("distill-gate", "--text", text, "--out", Gate, "--for", "training"), 2, "--for", "'training'");
        Refusal.AssertRefused(InProcess.Run("distill-gate", "--text", text, "--out", Path.Combine(_folder, "no", "where")), 1, "--out");
        Assert.Equal([text], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_gate_that_is_missing_needless_or_no_gate_is_refused()
    {
        if (!Embedded) Assert.Skip("This build holds no sample model.");
        Refusal.AssertRefused(InProcess.Run("run", "--attention", "seer", "--prompt", "x"), 2, "--gate", "distill-gate");
        Refusal.AssertRefused(InProcess.Run("run", "--attention", "anchor", "--gate", Gate, "--prompt", "x"), 2, "--gate", "anchor");
        Refusal.AssertRefused(InProcess.Run("run", "--attention", "seer", "--gate", Gate, "--prompt", "x"), 1, "gate.safetensors", "missing");
        File.WriteAllText(Gate, "This is no safetensors file.");
        Refusal.AssertRefused(InProcess.Run("run", "--attention", "seer", "--gate", Gate, "--prompt", "x"), 1, "header");
    }

    // At the smallest density, where there is most to choose.
    private static double Recall(JsonElement layer, string when) => layer.GetProperty("recall")[0].GetProperty(when).GetDouble();

    private string Opening(int bytes)
    {
        var path = Path.Combine(_folder, "text.txt");
        File.WriteAllBytes(path, File.ReadAllBytes(Path.Combine(Repository.Root, "tools/Kernels.Cli/Sample/document.txt"))[..bytes]);
        return path;
    }
}
