using System.Text;
using System.Text.Json;
using Kernels.Cli.Tests.Models;
using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests;

public sealed class RunTests : IDisposable
{
    private const string Prompt = "The quick brown fox jumps over the lazy dog; \u00e9t\u00e9.";
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Json_holds_every_field_and_nothing_else_is_printed()
    {
        var run = RunJson("--max-tokens", "8");
        Assert.Equal(
            [
                "model", "device", "attention", "weights", "prompt_tokens", "generated_tokens", "text", "finish_reason", "prefill", "decode",
                "peak_memory_bytes", "planned_memory_bytes", "process_memory_growth_bytes",
            ],
            run.EnumerateObject().Select(field => field.Name));
        Assert.Equal(_model.Folder, run.GetProperty("model").GetString());
        Assert.Equal("cpu", run.GetProperty("device").GetString());
        Assert.Equal("dense", run.GetProperty("attention").GetString());
        Assert.Equal("stored", run.GetProperty("weights").GetString());
        Assert.Equal(Encoding.UTF8.GetBytes(Prompt).Select(value => (int)value), Ids(run, "prompt_tokens"));
        var generated = Ids(run, "generated_tokens");
        Assert.Equal(8, generated.Length);
        Assert.Equal(Encoding.UTF8.GetString([.. generated.Select(id => (byte)id)]), run.GetProperty("text").GetString());
        Assert.Equal("length", run.GetProperty("finish_reason").GetString());
        var prefill = run.GetProperty("prefill");
        Assert.Equal(
            Ids(run, "prompt_tokens").Length, prefill.GetProperty("seconds").GetDouble() * prefill.GetProperty("tokens_per_second").GetDouble(), 6);
        Assert.Equal(1, prefill.GetProperty("attention_density").GetDouble());
        Assert.True(run.GetProperty("decode").GetProperty("tokens_per_second").GetDouble() > 0);
    }

    [Fact]
    public void Comparing_dense_with_itself_agrees_exactly()
    {
        var run = RunJson("--max-tokens", "8", "--compare", "--attention", "dense");
        var (dense, agreement) = (run.GetProperty("dense"), run.GetProperty("agreement"));
        Assert.Equal(Ids(run, "generated_tokens"), Ids(dense, "generated_tokens"));
        Assert.Equal(Ids(run, "prompt_tokens"), Ids(dense, "prompt_tokens"));
        Assert.False(dense.TryGetProperty("dense", out _) || dense.TryGetProperty("agreement", out _));
        Assert.Equal(["top1", "kl", "perplexity_dense", "perplexity_sparse"], agreement.EnumerateObject().Select(field => field.Name));
        Assert.Equal(1, agreement.GetProperty("top1").GetDouble());
        Assert.Equal(0, agreement.GetProperty("kl").GetDouble());
        Assert.Equal(agreement.GetProperty("perplexity_dense").GetDouble(), agreement.GetProperty("perplexity_sparse").GetDouble());
    }

    [Theory]
    [InlineData(new[] { "--compare" }, "anchor", "stored")]
    [InlineData(new[] { "--compare", "--weights", "2:4" }, "dense", "2:4")]
    [InlineData(new[] { "--compare", "--weights", "2:4", "--attention", "anchor" }, "anchor", "2:4")]
    [InlineData(new[] { "--weights", "2:4" }, "dense", "2:4")]
    [InlineData(new string[0], "dense", "stored")]
    public void What_is_not_named_is_dense_unless_something_sparse_must_be_compared(string[] options, string attention, string weights)
    {
        var run = RunJson(["--max-tokens", "2", .. options]);
        Assert.Equal(attention, run.GetProperty("attention").GetString());
        Assert.Equal(weights, run.GetProperty("weights").GetString());
        if (!options.Contains("--compare")) return;
        Assert.Equal("dense", run.GetProperty("dense").GetProperty("attention").GetString());
        Assert.Equal(weights == "2:4" ? "dense" : "stored", run.GetProperty("dense").GetProperty("weights").GetString());
    }

    [Fact]
    public void Pruned_weights_change_the_predictions_and_the_agreement_says_so()
    {
        var agreement = RunJson("--max-tokens", "0", "--compare", "--weights", "2:4").GetProperty("agreement");
        Assert.InRange(agreement.GetProperty("kl").GetDouble(), 1e-4, 10);
        Assert.NotEqual(agreement.GetProperty("perplexity_dense").GetDouble(), agreement.GetProperty("perplexity_sparse").GetDouble());
    }

    [Fact]
    public void Logits_are_those_the_first_token_is_chosen_from()
    {
        var path = Path.Combine(_model.Folder, "logits.json");
        var run = RunJson("--max-tokens", "3", "--logits", path);
        var logits = JsonSerializer.Deserialize<float[]>(File.ReadAllText(path))!;
        Assert.Equal(256, logits.Length);
        Assert.Equal(Ids(run, "generated_tokens")[0], Array.IndexOf(logits, logits.Max()));
        Assert.Empty(Directory.GetFiles(_model.Folder, "*.part"));
    }

    [Fact]
    public void The_seed_decides_what_is_sampled()
    {
        int[] Sample(string seed) => Ids(RunJson("--max-tokens", "24", "--temperature", "1.5", "--top-p", "0.99", "--seed", seed), "generated_tokens");
        Assert.Equal(Sample("7"), Sample("7"));
        Assert.NotEqual(Sample("7"), Sample("8"));
    }

    [Fact]
    public void Threads_change_nothing_but_the_time() =>
        Assert.Equal(
            Ids(RunJson("--max-tokens", "16", "--threads", "1"), "generated_tokens"),
            Ids(RunJson("--max-tokens", "16", "--threads", "3"), "generated_tokens"));

    [Fact]
    public void No_token_may_be_asked_for()
    {
        var run = RunJson("--max-tokens", "0");
        Assert.Empty(Ids(run, "generated_tokens"));
        Assert.Equal("", run.GetProperty("text").GetString());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("decode").GetProperty("tokens_per_second").ValueKind);
        Assert.Equal("length", run.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public void Writing_ends_where_the_context_does_and_says_so()
    {
        var prompt = new string('x', TinyModel.Context - 3);
        var run = Json(InProcess.Run("run", "--json", "--model", _model.Folder, "--prompt", prompt, "--max-tokens", "10"));
        Assert.Equal(4, Ids(run, "generated_tokens").Length); // three are read back, the fourth is only predicted
        Assert.Equal("context", run.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public void Writing_ends_at_the_end_of_the_text()
    {
        var first = Ids(RunJson("--max-tokens", "1"), "generated_tokens")[0];
        _model.Change("eos_token_id", first);
        var run = RunJson("--max-tokens", "10");
        Assert.Empty(Ids(run, "generated_tokens"));
        Assert.Equal("stop", run.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public void The_prompt_comes_from_a_file_or_from_standard_input()
    {
        var file = Path.Combine(_model.Folder, "prompt.txt");
        File.WriteAllText(file, Prompt);
        string[] call = ["run", "--json", "--model", _model.Folder, "--max-tokens", "4", "--prompt-file"];
        var expected = Ids(RunJson("--max-tokens", "4"), "generated_tokens");
        Assert.Equal(expected, Ids(Json(InProcess.Run([.. call, file])), "generated_tokens"));
        Assert.Equal(expected, Ids(Json(InProcess.RunReading(Prompt, [.. call, "-"])), "generated_tokens"));
    }

    [Fact]
    public void Without_a_terminal_the_output_is_the_text_and_a_plain_table()
    {
        var text = RunJson("--max-tokens", "12").GetProperty("text").GetString()!;
        var output = InProcess.Run("run", "--model", _model.Folder, "--prompt", Prompt, "--max-tokens", "12").Succeeded().Output;
        Assert.StartsWith(text, output);
        Assert.DoesNotContain('\u001b', output[text.Length..]);
        foreach (var row in new[] { "prefill tokens", "attention density", "decode tokens", "peak memory" }) Assert.Contains(row, output);
    }

    [Fact]
    public void Comparing_prints_both_texts_and_both_columns()
    {
        var run = RunJson("--max-tokens", "12", "--compare", "--weights", "2:4");
        var output = InProcess.Run("run", "--model", _model.Folder, "--prompt", Prompt, "--max-tokens", "12", "--compare", "--weights", "2:4").Succeeded().Output;
        Assert.StartsWith($"[2:4]\n{run.GetProperty("text").GetString()}\n[dense]\n{run.GetProperty("dense").GetProperty("text").GetString()}\n", output);
        Assert.Contains("perplexity of the prompt", output);
        Assert.Contains("KL(dense", output);
    }

    [Theory]
    [InlineData("--attention", "dense")]
    [InlineData("--attention", "anchor")]
    [InlineData("--weights", "2:4")]
    public void Peak_memory_is_what_the_plan_counts(params string[] options)
    {
        var run = RunJson(["--max-tokens", "40", "--compare", .. options]);
        foreach (var side in new[] { run, run.GetProperty("dense") })
        {
            var planned = side.GetProperty("planned_memory_bytes").GetDouble();
            Assert.InRange(side.GetProperty("peak_memory_bytes").GetDouble(), 0.8 * planned, 1.2 * planned);
        }
    }

    [Fact]
    public void Routing_learns_its_centroids_from_the_prompt()
    {
        // A prompt of one cluster, within which every token meets every other.
        var run = RunJson("--max-tokens", "4", "--compare", "--attention", "routing");
        Assert.Equal("routing", run.GetProperty("attention").GetString());
        Assert.Equal(1, run.GetProperty("agreement").GetProperty("top1").GetDouble());
        Refusal.AssertRefused(InProcess.Run("inspect", "attention", "--model", _model.Folder, "--prompt", Prompt, "--attention", "routing", "--json"), 1, "routing", "evaluate this one");
    }

    [Fact]
    public void Explaining_shows_the_plan_first_and_keeps_json_alone()
    {
        string[] call = ["run", "--model", _model.Folder, "--prompt", Prompt, "--max-tokens", "2", "--explain"];
        var output = InProcess.Run(call).Succeeded().Output;
        Assert.StartsWith("[dense]\n", output);
        foreach (var word in new[] { "kernel", "DenseAttention", "Projections.Dense", "KV cache", "workspace" }) Assert.Contains(word, output);
        var json = InProcess.Run([.. call, "--json"]);
        Assert.Equal(0, json.Code);
        Assert.Contains("KV cache", json.Error);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(json.Output).RootElement.ValueKind);
    }

    [Theory]
    [InlineData("opencl", "dense", "dense")]
    [InlineData("opencl", "anchor", "2:4")]
    [InlineData("simulator", "dense", "dense")]
    public void Every_device_writes_the_same_text(string device, string attention, string weights)
    {
        if (!Devices.TryOpen(device, out var opened, out var reason)) Assert.Skip($"Device {device} is missing: {reason}");
        opened.Dispose();
        string[] call = ["run", "--json", "--model", _model.Folder, "--attention", attention, "--weights", weights, "--prompt", "A b", "--max-tokens", "3"];
        var (here, there) = (Json(InProcess.Run(call)), Json(InProcess.Run([.. call, "--device", device])));
        Assert.Equal(device, there.GetProperty("device").GetString());
        Assert.Equal(Ids(here, "generated_tokens"), Ids(there, "generated_tokens"));
    }

    [Fact]
    public void Interrupted_it_leaves_no_answer()
    {
        var logits = Path.Combine(_model.Folder, "logits.json");
        var outcome = InProcess.RunCancelled("run", "--json", "--model", _model.Folder, "--prompt", Prompt, "--logits", logits);
        Refusal.AssertRefused(outcome, 130, "interrupted");
        Assert.Empty(Directory.GetFiles(_model.Folder, "*logits*"));
    }

    private JsonElement RunJson(params string[] options) =>
        Json(InProcess.Run(["run", "--json", "--model", _model.Folder, "--prompt", Prompt, .. options]));

    private static JsonElement Json(Outcome outcome) => JsonDocument.Parse(outcome.Succeeded().Output).RootElement;

    private static int[] Ids(JsonElement run, string field) => [.. run.GetProperty(field).EnumerateArray().Select(id => id.GetInt32())];
}
