using System.Text.Json.Nodes;
using Xunit;

namespace Kernels.Models.Tests;

public class ModelConfigTests
{
    private const string Minimal = """
        {"architectures":["LlamaForCausalLM"],"hidden_size":64,"intermediate_size":172,"num_hidden_layers":2,
         "num_attention_heads":8,"vocab_size":512,"max_position_embeddings":512}
        """;

    [Fact]
    public void Published_defaults_fill_what_a_file_leaves_out()
    {
        var config = Read(Minimal);
        Assert.Equal((8, 8, 1e-6f, 10000.0), (config.HeadDim, config.KeyHeads, config.NormEpsilon, config.RotaryBase));
        Assert.False(config.TiedHead || config.QueryKeyValueBias || config.OutputBias || config.MlpBias || config.QueryKeyNorm);
        Assert.Equal(512, config.ContextLength);
        Assert.Empty(config.EndTokens);
    }

    [Fact]
    public void Qwen2_has_biases_on_query_key_and_value_only()
    {
        var config = Read(Minimal.Replace("Llama", "Qwen2"));
        Assert.True(config.QueryKeyValueBias);
        Assert.False(config.OutputBias);
    }

    [Fact]
    public void Qwen3_takes_head_dimension_128_and_normalises_heads()
    {
        var config = Read(Minimal.Replace("Llama", "Qwen3"));
        Assert.Equal(128, config.HeadDim);
        Assert.True(config.QueryKeyNorm);
    }

    [Theory]
    [InlineData("Mistral", """{"sliding_window":100}""", 100)]
    [InlineData("Mistral", """{"sliding_window":null}""", 512)]
    [InlineData("Qwen2", """{"sliding_window":100,"use_sliding_window":false}""", 512)]
    [InlineData("Qwen2", """{"sliding_window":100,"use_sliding_window":true}""", 100)]
    [InlineData("Llama", """{"rope_scaling":{"type":"linear","factor":4.0}}""", 2048)]
    [InlineData("Llama", """{"rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":64}}""", 512)]
    [InlineData("Qwen2", """{"rope_scaling":{"rope_type":"yarn","factor":4,"original_max_position_embeddings":512}}""", 2048)]
    [InlineData("Qwen3", """{"rope_parameters":{"rope_type":"default","rope_theta":1000000}}""", 512)]
    public void The_context_follows_scaling_and_window(string architecture, string fields, int context) =>
        Assert.Equal(context, Read(With(Minimal.Replace("Llama", architecture), fields)).ContextLength);

    [Theory]
    [InlineData("""{"architectures":["GPT2LMHeadModel"]}""", "GPT2LMHeadModel")]
    [InlineData("""{"architectures":[7]}""", "architectures")]
    [InlineData("""{"hidden_act":"gelu"}""", "gelu")]
    [InlineData("""{"hidden_size":null}""", "hidden_size is missing")]
    [InlineData("""{"hidden_size":0}""", "hidden_size is 0")]
    [InlineData("""{"hidden_size":64.5}""", "64.5")]
    [InlineData("""{"hidden_size":"64"}""", "hidden_size")]
    [InlineData("""{"num_attention_heads":7}""", "multiple of the 7")]
    [InlineData("""{"num_key_value_heads":3}""", "num_key_value_heads")]
    [InlineData("""{"head_dim":7}""", "even")]
    [InlineData("""{"rope_theta":-1}""", "rope_theta")]
    [InlineData("""{"rope_scaling":{"type":"longrope","factor":4}}""", "longrope")]
    [InlineData("""{"rope_scaling":{"type":"linear","factor":0.5}}""", "rope_scaling.factor")]
    [InlineData("""{"rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4}}""", "high_freq_factor")]
    [InlineData("""{"rope_scaling":[]}""", "rope_scaling")]
    [InlineData("""{"quantization_config":{"bits":4}}""", "quantization_config")]
    [InlineData("""{"eos_token_id":512}""", "eos_token_id")]
    [InlineData("""{"eos_token_id":[1,-2]}""", "-2")]
    [InlineData("""{"tie_word_embeddings":1}""", "tie_word_embeddings")]
    public void A_configuration_that_cannot_be_run_is_refused(string fields, string names)
    {
        var exception = Assert.Throws<ModelException>(() => Read(With(Minimal, fields)));
        Assert.Contains(names, exception.Message);
        Assert.Contains("config.json", exception.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    public void What_is_not_one_object_of_unicode_is_refused(string json) => Assert.Throws<ModelException>(() => Read(json));

    [Fact]
    public void A_written_configuration_reads_back_equal()
    {
        var config = Read(With(Minimal.Replace("Llama", "Qwen3"),
            """{"rope_scaling":{"rope_type":"yarn","factor":4,"original_max_position_embeddings":128},"tie_word_embeddings":true,"bos_token_id":3}"""));
        var again = Read(System.Text.Encoding.UTF8.GetString(config.ToJson()));
        Assert.Equal(config.EndTokens, again.EndTokens);
        Assert.Equal(config, again with { EndTokens = config.EndTokens });
    }

    private static string With(string json, string fields)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject()) node[name] = value?.DeepClone();
        return node.ToJsonString();
    }

    private static ModelConfig Read(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], json);
        return ModelConfig.Read(ModelFiles.InFolder(folder.Path));
    }
}
