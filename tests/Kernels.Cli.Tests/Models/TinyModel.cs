using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Kernels.Models;

namespace Kernels.Cli.Tests.Models;

/// <summary>A folder with a byte-level Llama of random weights, deleted with the test.</summary>
internal sealed class TinyModel : IDisposable
{
    public const int Context = 512;
    private const string FinalNorm = "model.norm.weight";
    private const int Hidden = 32, Intermediate = 64, Layers = 2, QueryHeads = 4, KeyHeads = 2, HeadDim = 8, Vocabulary = 256;

    private readonly Random _random = new(20250601);
    private readonly List<SafetensorsTensor> _tensors = [];

    public TinyModel()
    {
        Add("model.embed_tokens.weight", Vocabulary, Hidden);
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            AddNorm(prefix + "input_layernorm.weight");
            Add(prefix + "self_attn.q_proj.weight", QueryHeads * HeadDim, Hidden);
            Add(prefix + "self_attn.k_proj.weight", KeyHeads * HeadDim, Hidden);
            Add(prefix + "self_attn.v_proj.weight", KeyHeads * HeadDim, Hidden);
            Add(prefix + "self_attn.o_proj.weight", Hidden, QueryHeads * HeadDim);
            AddNorm(prefix + "post_attention_layernorm.weight");
            Add(prefix + "mlp.gate_proj.weight", Intermediate, Hidden);
            Add(prefix + "mlp.up_proj.weight", Intermediate, Hidden);
            Add(prefix + "mlp.down_proj.weight", Hidden, Intermediate);
        }

        AddNorm(FinalNorm);
        SafetensorsWriter.Write(Weights, _tensors);
        File.WriteAllText(Config, Description.ToJsonString());
        File.WriteAllBytes(Path.Combine(Folder, "tokenizer.json"), ByteTokenizerFile.Write());
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("kernels-cli-model-").FullName;

    public string Config => Path.Combine(Folder, "config.json");

    public string Weights => Path.Combine(Folder, "model.safetensors");

    /// <summary>Writes config.json anew with one field changed.</summary>
    public void Change(string field, JsonNode? value)
    {
        var description = Description;
        description[field] = value;
        File.WriteAllText(Config, description.ToJsonString());
    }

    /// <summary>Makes every logit the same: the final norm scales what reaches the head by <paramref name="gain"/>.</summary>
    public void Silence(float gain = 0)
    {
        var norm = _tensors.FindIndex(tensor => tensor.Name == FinalNorm);
        var data = new float[Hidden];
        Array.Fill(data, gain);
        _tensors[norm] = _tensors[norm] with { Data = MemoryMarshal.AsBytes(data.AsSpan()).ToArray() };
        SafetensorsWriter.Write(Weights, _tensors);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static JsonObject Description => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["hidden_size"] = Hidden,
        ["intermediate_size"] = Intermediate,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = QueryHeads,
        ["num_key_value_heads"] = KeyHeads,
        ["head_dim"] = HeadDim,
        ["vocab_size"] = Vocabulary,
        ["max_position_embeddings"] = Context,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000.0,
        ["hidden_act"] = "silu",
        ["tie_word_embeddings"] = true,
        ["torch_dtype"] = "float32",
    };

    private void AddNorm(string name) => Add(name, [Hidden], static _ => 1);

    private void Add(string name, int outputs, int inputs) =>
        Add(name, [outputs, inputs], random => (float)((random.NextDouble() - 0.5) * 3 / Math.Sqrt(inputs)));

    private void Add(string name, int[] shape, Func<Random, float> value)
    {
        var data = new float[shape.Aggregate(1, (product, length) => product * length)];
        for (var i = 0; i < data.Length; i++) data[i] = value(_random);
        _tensors.Add(new SafetensorsTensor(
            name, ElementType.Float32, [.. shape.Select(length => (long)length)], MemoryMarshal.AsBytes(data.AsSpan()).ToArray()));
    }
}
