using System.Runtime.InteropServices;

namespace Kernels.Models.Tests;

/// <summary>A tiny model with random weights, written as an ordinary folder.</summary>
internal sealed class RandomModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, float[]> _weights = [];
    private readonly List<SafetensorsTensor> _tensors = [];
    private readonly ElementType _type;
    private readonly Random _random = new(20260101);

    public RandomModel(ModelConfig config, ElementType type = ElementType.Float32, int shards = 1)
    {
        Config = config;
        _type = type;
        var (hidden, queries, keys) = (config.HiddenSize, config.QueryHeads * config.HeadDim, config.KeyHeads * config.HeadDim);
        Add("model.embed_tokens.weight", 1, config.VocabularySize, hidden);
        Add("model.norm.weight", 0, hidden);
        if (!config.TiedHead) Add("lm_head.weight", 1, config.VocabularySize, hidden);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            Add(prefix + "input_layernorm.weight", 0, hidden);
            Add(prefix + "post_attention_layernorm.weight", 0, hidden);
            Linear(prefix + "self_attn.q_proj", queries, hidden, config.QueryKeyValueBias);
            Linear(prefix + "self_attn.k_proj", keys, hidden, config.QueryKeyValueBias);
            Linear(prefix + "self_attn.v_proj", keys, hidden, config.QueryKeyValueBias);
            Linear(prefix + "self_attn.o_proj", hidden, queries, config.OutputBias);
            if (config.QueryKeyNorm)
            {
                Add(prefix + "self_attn.q_norm.weight", 0, config.HeadDim);
                Add(prefix + "self_attn.k_norm.weight", 0, config.HeadDim);
            }

            Linear(prefix + "mlp.gate_proj", config.IntermediateSize, hidden, config.MlpBias);
            Linear(prefix + "mlp.up_proj", config.IntermediateSize, hidden, config.MlpBias);
            Linear(prefix + "mlp.down_proj", hidden, config.IntermediateSize, config.MlpBias);
        }

        File.WriteAllBytes(_folder["config.json"], config.ToJson());
        File.WriteAllBytes(_folder["tokenizer.json"], ByteTokenizerFile.Write());
        WriteTensors(shards);
    }

    public ModelConfig Config { get; }

    public string Path => _folder.Path;

    public ModelFiles Files => ModelFiles.InFolder(Path);

    /// <summary>The weights as stored, widened.</summary>
    public ReferenceModel Reference => new(Config, name => Array.ConvertAll(_weights[name], value => (double)value));

    /// <summary>The same with every projection pruned: of four neighbouring inputs the two of largest magnitude stay.</summary>
    public ReferenceModel Pruned => new(Config, name =>
    {
        var values = Array.ConvertAll(_weights[name], value => (double)value);
        if (!name.Contains("_proj.weight", StringComparison.Ordinal)) return values;
        for (var start = 0; start < values.Length; start += 4)
            foreach (var dropped in Enumerable.Range(start, 4).OrderByDescending(i => Math.Abs(values[i])).ThenBy(i => i).Skip(2)) values[dropped] = 0;
        return values;
    });

    /// <summary>A configuration whose every dimension differs, small enough for fp64 by hand.</summary>
    public static ModelConfig Tiny(ModelArchitecture architecture, int headDim = 8) => new()
    {
        Architecture = architecture,
        HiddenSize = 24,
        IntermediateSize = 40,
        Layers = 2,
        QueryHeads = 6,
        KeyHeads = 2,
        HeadDim = headDim,
        VocabularySize = 256,
        PositionLimit = 512,
        NormEpsilon = 1e-5f,
        QueryKeyValueBias = architecture == ModelArchitecture.Qwen2,
        TiedHead = architecture == ModelArchitecture.Qwen3,
    };

    public void Dispose() => _folder.Dispose();

    private void Linear(string name, int outputs, int inputs, bool bias)
    {
        Add(name + ".weight", 1.5 / Math.Sqrt(inputs), outputs, inputs);
        if (bias) Add(name + ".bias", 0.3, outputs);
    }

    // Spread 0 means a gain: values around 1.
    private void Add(string name, double spread, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, length) => product * length)];
        for (var i = 0; i < values.Length; i++)
        {
            var value = (float)(spread == 0 ? 1 + 0.5 * (_random.NextDouble() - 0.5) : spread * Math.Sqrt(3) * (2 * _random.NextDouble() - 1));
            values[i] = _type switch
            {
                ElementType.BFloat16 => ElementTypes.FromBFloat16(ElementTypes.ToBFloat16(value)),
                ElementType.Float16 => ElementTypes.FromFloat16(ElementTypes.ToFloat16(value)),
                _ => value,
            };
        }

        _weights.Add(name, values);
        var stored = _type switch
        {
            ElementType.BFloat16 => MemoryMarshal.AsBytes(Array.ConvertAll(values, ElementTypes.ToBFloat16).AsSpan()).ToArray(),
            ElementType.Float16 => MemoryMarshal.AsBytes(Array.ConvertAll(values, ElementTypes.ToFloat16).AsSpan()).ToArray(),
            _ => MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
        };
        _tensors.Add(new SafetensorsTensor(name, _type, shape, stored));
    }

    private void WriteTensors(int shards)
    {
        if (shards == 1)
        {
            SafetensorsWriter.Write(_folder["model.safetensors"], _tensors);
            return;
        }

        var map = new Dictionary<string, string>();
        for (var shard = 0; shard < shards; shard++)
        {
            var file = $"model-{shard + 1:D5}-of-{shards:D5}.safetensors";
            var part = _tensors.Where((_, i) => i % shards == shard).ToArray();
            SafetensorsWriter.Write(_folder[file], part);
            foreach (var tensor in part) map.Add(tensor.Name, file);
        }

        File.WriteAllText(_folder["model.safetensors.index.json"], System.Text.Json.JsonSerializer.Serialize(new { weight_map = map }));
    }
}
