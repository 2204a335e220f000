using System.Text.Json.Nodes;
using Xunit;

namespace Kernels.Models.Tests;

public class LoadingTests
{
    [Theory]
    [InlineData("intermediate_size", 44, "[40, 24]")]
    [InlineData("num_hidden_layers", 3, "'model.layers.2.input_layernorm.weight' is missing")]
    [InlineData("vocab_size", 300, "[256, 24]")]
    [InlineData("vocab_size", 200, "token 255")]
    [InlineData("tie_word_embeddings", false, "'lm_head.weight' is missing")]
    [InlineData("head_dim", 10, "head_dim is 10")]
    [InlineData("attention_bias", true, "q_proj.bias")]
    public void Files_that_do_not_belong_together_are_refused(string field, object value, string names)
    {
        using var files = new RandomModel(RandomModel.Tiny(ModelArchitecture.Qwen3));
        var path = Path.Combine(files.Path, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config[field] = JsonValue.Create(value);
        File.WriteAllText(path, config.ToJsonString());
        using var device = new CpuDevice(1);
        var exception = Assert.Throws<ModelException>(() => LanguageModel.Load(files.Path, device));
        Assert.Contains(names, exception.Message);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Weights_of_a_type_no_kernel_reads_are_refused()
    {
        using var files = new RandomModel(RandomModel.Tiny(ModelArchitecture.Llama));
        var path = Path.Combine(files.Path, "model.safetensors");
        var bytes = File.ReadAllBytes(path);
        var name = bytes.AsSpan().IndexOf("\"dtype\":\"F32\""u8);
        "\"dtype\":\"I32\""u8.CopyTo(bytes.AsSpan(name));
        File.WriteAllBytes(path, bytes);
        using var device = new CpuDevice(1);
        Assert.Contains("is I32", Assert.Throws<ModelException>(() => LanguageModel.Load(files.Path, device)).Message);
    }

    [Fact]
    public void A_truncated_or_missing_file_is_refused_by_name()
    {
        using var files = new RandomModel(RandomModel.Tiny(ModelArchitecture.Llama));
        using var device = new CpuDevice(1);
        var weights = Path.Combine(files.Path, "model.safetensors");
        using (var stream = File.OpenWrite(weights)) stream.SetLength(stream.Length - 100);
        Assert.Contains("model.safetensors", Assert.Throws<ModelException>(() => LanguageModel.Load(files.Path, device)).Message);
        foreach (var name in new[] { "model.safetensors", "tokenizer.json", "config.json" })
        {
            File.Delete(Path.Combine(files.Path, name));
            Assert.Contains(name, Assert.Throws<ModelException>(() => LanguageModel.Load(files.Path, device)).Message);
        }

        Assert.Throws<ModelException>(() => LanguageModel.Load(weights, device));
    }

    [Fact]
    public void A_matrix_that_has_no_groups_of_four_names_its_operation()
    {
        using var files = new RandomModel(RandomModel.Tiny(ModelArchitecture.Llama) with { IntermediateSize = 42 });
        using var device = new CpuDevice(1);
        using var model = LanguageModel.Load(files.Path, device, new ModelOptions { Weights = WeightMethod.TwoOfFour });
        var exception = Assert.Throws<Scheduling.SchedulingException>(() => model.CreateSession(new SessionOptions { Length = 8 }));
        Assert.Contains("layer 0 down", exception.Message);
        Assert.Contains("42", exception.Message);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Nothing_is_left_on_the_device()
    {
        using var files = new RandomModel(RandomModel.Tiny(ModelArchitecture.Qwen2));
        using var device = new CpuDevice(2);
        using (var model = LanguageModel.Load(files.Path, device))
        using (var session = model.CreateSession(new SessionOptions { Length = 8, EveryPosition = true }))
            session.Prefill([1, 2, 3]);
        Assert.Equal(0, device.AllocatedBytes);
    }

    [Fact]
    public void Embedded_files_are_read_like_a_folder()
    {
        var files = ModelFiles.InAssembly(typeof(LoadingTests).Assembly, "embedded.");
        Assert.True(files.Has("config.json"));
        Assert.False(files.Has("model.safetensors"));
        Assert.Equal(64, ModelConfig.Read(files).HiddenSize);
        Assert.Contains("embedded", Assert.Throws<ModelException>(() => ModelTensors.Open(files)).Message);
        Assert.Contains("tokenizer.json", Assert.Throws<ModelException>(() => TextTokenizer.Read(files)).Message);
    }
}
