using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Kernels.Cli.Tests.Models;
using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests;

public sealed class BadInputTests : IDisposable
{
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    public void A_missing_file_is_named(string file)
    {
        File.Delete(Path.Combine(_model.Folder, file));
        Refuse(_model.Folder, file.Split('.')[0]);
    }

    [Theory]
    [InlineData("config.json", 10)]
    [InlineData("tokenizer.json", 100)]
    [InlineData("model.safetensors", 0)]
    [InlineData("model.safetensors", 7)]
    [InlineData("model.safetensors", 300)]
    [InlineData("model.safetensors", 20000)]
    public void A_truncated_file_is_named(string file, int length)
    {
        using (var stream = File.OpenWrite(Path.Combine(_model.Folder, file))) stream.SetLength(length);
        Refuse(file);
    }

    [Theory]
    [InlineData("\"F32\"", "\"F99\"")] // a type there is none of
    [InlineData("\"F32\"", "\"F64\"")] // twice the bytes
    [InlineData("[256,32]", "[256,16]")] // fewer elements than bytes
    [InlineData("[256,32]", "[128,64]")] // the wrong way to hold as many
    [InlineData("[0,32768]", "[8,32776]")] // overlaps its neighbour
    [InlineData("[0,32768]", "[0,9223372036854775808]")]
    [InlineData("[0,32768]", "[-9,32759]")]
    public void A_header_that_lies_is_refused(string truth, string lie)
    {
        var bytes = File.ReadAllBytes(_model.Weights);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var header = Encoding.UTF8.GetString(bytes, 8, length);
        var at = header.IndexOf(truth, header.IndexOf("embed_tokens", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(at > 0, header);
        var changed = Encoding.UTF8.GetBytes(header[..at] + lie + header[(at + truth.Length)..]);
        using (var stream = File.Create(_model.Weights))
        {
            Span<byte> prefix = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(prefix, changed.Length);
            stream.Write(prefix);
            stream.Write(changed);
            stream.Write(bytes.AsSpan(8 + length));
        }

        Refuse("model.safetensors");
    }

    [Theory]
    [InlineData("architectures", "BertForMaskedLM")]
    [InlineData("hidden_size", -32)]
    [InlineData("hidden_size", 1_000_000_000)]
    [InlineData("head_dim", 12)]
    [InlineData("num_key_value_heads", 3)]
    [InlineData("max_position_embeddings", 0)]
    [InlineData("vocab_size", 100)]
    [InlineData("hidden_act", "relu")]
    public void A_configuration_that_is_not_supported_names_its_field(string field, object value)
    {
        _model.Change(field, value is string text ? (field == "architectures" ? new JsonArray(text) : JsonValue.Create(text)) : JsonValue.Create((int)value));
        Refuse(_model.Folder);
    }

    [Fact]
    public void A_model_that_is_a_file_or_nowhere_is_refused()
    {
        Refusal.AssertRefused(InProcess.Run("run", "--model", _model.Config, "--prompt", "x"), 1, _model.Config, "folder");
        Refusal.AssertRefused(InProcess.Run("run", "--model", _model.Folder + "x", "--prompt", "x"), 1, _model.Folder + "x");
        Refusal.AssertRefused(InProcess.Run("run", "--model", "", "--prompt", "x"), 2, "--model");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\uFFFD")]
    public void A_prompt_that_is_empty_or_not_utf8_is_refused(string prompt) =>
        Refusal.AssertRefused(InProcess.Run("run", "--model", _model.Folder, "--prompt", prompt), 1, "--prompt");

    [Fact]
    public void A_prompt_file_that_is_empty_missing_or_not_utf8_is_refused()
    {
        var file = Path.Combine(_model.Folder, "prompt.txt");
        string[] call = ["run", "--model", _model.Folder, "--prompt-file", file];
        Refusal.AssertRefused(InProcess.Run(call), 1, file);
        File.WriteAllText(file, "");
        Refusal.AssertRefused(InProcess.Run(call), 1, file, "empty");
        File.WriteAllBytes(file, [0x61, 0xC3]);
        Refusal.AssertRefused(InProcess.Run(call), 1, file, "offset 1");
        Refusal.AssertRefused(InProcess.Run("evaluate", "--model", _model.Folder, "--text", file), 1, file, "offset 1");
    }

    [Fact]
    public void A_prompt_beyond_the_context_is_refused_with_both_lengths()
    {
        var prompt = new string('x', TinyModel.Context + 1);
        Refusal.AssertRefused(
            InProcess.Run("run", "--model", _model.Folder, "--prompt", prompt), 1, $"{TinyModel.Context + 1} tokens", $"{TinyModel.Context}");
        var longest = InProcess.Run("run", "--json", "--model", _model.Folder, "--prompt", prompt[1..], "--max-tokens", "1");
        longest.Succeeded();
    }

    [Fact]
    public void A_device_that_is_not_there_says_how_to_get_it()
    {
        foreach (var name in Devices.Names.Append("cuda:63"))
        {
            if (Devices.TryOpen(name, out var device, out var reason))
            {
                device.Dispose();
                continue;
            }

            Refusal.AssertRefused(
                InProcess.Run("run", "--model", _model.Folder, "--prompt", "x", "--device", name), 1, $"--device {name}", reason[..20], "kernels devices");
        }
    }

    [Fact]
    public void Logits_that_cannot_be_written_are_refused_before_the_model_is_opened() =>
        Refusal.AssertRefused(
            InProcess.Run("run", "--model", "/no/such/model", "--prompt", "x", "--logits", Path.Combine(_model.Folder, "none", "logits.json")),
            1, "--logits", "no folder");

    [Fact]
    public void Weights_that_overflow_give_no_answer()
    {
        _model.Silence(float.PositiveInfinity);
        Refuse("logit");
    }

    private void Refuse(params string[] parts)
    {
        var logits = Path.Combine(_model.Folder, "logits.json");
        Refusal.AssertRefused(InProcess.Run("run", "--model", _model.Folder, "--prompt", "x", "--logits", logits), 1, parts);
        Refusal.AssertRefused(InProcess.Run("run", "--model", _model.Folder, "--prompt", "x", "--json", "--compare"), 1);
        Assert.False(File.Exists(logits));
    }
}
