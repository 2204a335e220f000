using System.Runtime.InteropServices;
using Kernels.Models;

namespace Kernels.Perf.Rows;

/// <summary>A Llama of random bf16 weights, a shard a layer.</summary>
/// <param name="Hidden">Channels of the residual stream, a multiple of 64.</param>
/// <param name="Inner">Inner channels of the MLP.</param>
/// <param name="Layers">Decoder layers.</param>
/// <param name="Vocabulary">Rows of the embedding.</param>
internal sealed record RandomLlama(int Hidden, int Inner, int Layers, int Vocabulary)
{
    private const int HeadDim = 64;

    public long Parameters => Layers * (4L * Hidden * Hidden + 3L * Hidden * Inner + 2 * Hidden) + (long)Vocabulary * Hidden + Hidden;

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(Hidden);
        var map = new List<string>();
        for (var layer = 0; layer <= Layers; layer++)
        {
            var tensors = layer < Layers ? Layer(layer, random) : Rest(random);
            SafetensorsWriter.Write(Path.Combine(folder, ShardName(layer)), tensors);
            map.AddRange(tensors.Select(tensor => $"\"{tensor.Name}\":\"{ShardName(layer)}\""));
        }

        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), "{\"weight_map\":{" + string.Join(',', map) + "}}");
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":{{Hidden}},"intermediate_size":{{Inner}},"num_hidden_layers":{{Layers}},
            "num_attention_heads":{{Hidden / HeadDim}},"num_key_value_heads":{{Hidden / HeadDim}},"head_dim":{{HeadDim}},"vocab_size":{{Vocabulary}},
            "max_position_embeddings":2048,"rms_norm_eps":1e-5,"rope_theta":10000.0,"tie_word_embeddings":true,"hidden_act":"silu"}
            """);
    }

    private SafetensorsTensor[] Layer(int layer, Random random)
    {
        var prefix = $"model.layers.{layer}.";
        return
        [
            .. new[] { "q_proj", "k_proj", "v_proj", "o_proj" }.Select(name => Tensor($"{prefix}self_attn.{name}.weight", random, Hidden, Hidden)),
            Tensor(prefix + "mlp.gate_proj.weight", random, Inner, Hidden), Tensor(prefix + "mlp.up_proj.weight", random, Inner, Hidden),
            Tensor(prefix + "mlp.down_proj.weight", random, Hidden, Inner),
            Tensor(prefix + "input_layernorm.weight", random, Hidden), Tensor(prefix + "post_attention_layernorm.weight", random, Hidden),
        ];
    }

    private SafetensorsTensor[] Rest(Random random) => [Tensor("model.embed_tokens.weight", random, Vocabulary, Hidden), Tensor("model.norm.weight", random, Hidden)];

    // Signs and significands at random, magnitudes from 2⁻⁷ to 2.
    private static SafetensorsTensor Tensor(string name, Random random, params long[] shape)
    {
        var data = new byte[2 * shape.Aggregate(1L, (count, length) => count * length)];
        random.NextBytes(data);
        var words = MemoryMarshal.Cast<byte, ushort>(data.AsSpan());
        for (var i = 0; i < words.Length; i++) words[i] = (ushort)(words[i] & 0x83FF | 0x3C00);
        return new SafetensorsTensor(name, ElementType.BFloat16, shape, data);
    }

    private string ShardName(int shard) => $"model-{shard + 1:D5}-of-{Layers + 1:D5}.safetensors";
}
