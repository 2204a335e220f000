namespace Kernels.Models;

/// <summary>Names and shapes of the tensors of a Llama-family model, as published.</summary>
internal static class TensorNames
{
    public const string Embedding = "model.embed_tokens.weight";

    public const string FinalNorm = "model.norm.weight";

    public const string Head = "lm_head.weight";

    /// <summary>What the names of a layer's tensors begin with.</summary>
    public static string Layer(int layer) => $"model.layers.{layer}.";

    /// <summary>Every tensor that <paramref name="config"/> calls for.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Of(ModelConfig config)
    {
        long hidden = config.HiddenSize, inner = config.IntermediateSize;
        long queries = (long)config.QueryHeads * config.HeadDim, keys = (long)config.KeyHeads * config.HeadDim;
        yield return (Embedding, [config.VocabularySize, hidden]);
        yield return (FinalNorm, [hidden]);
        if (!config.TiedHead) yield return (Head, [config.VocabularySize, hidden]);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            yield return (Layer(layer) + "input_layernorm.weight", [hidden]);
            yield return (Layer(layer) + "post_attention_layernorm.weight", [hidden]);
            var (attention, mlp) = (Layer(layer) + "self_attn.", Layer(layer) + "mlp.");
            foreach (var (name, rows, columns, bias) in ((string, long, long, bool)[])
                [
                    (attention + "q_proj", queries, hidden, config.QueryKeyValueBias),
                    (attention + "k_proj", keys, hidden, config.QueryKeyValueBias),
                    (attention + "v_proj", keys, hidden, config.QueryKeyValueBias),
                    (attention + "o_proj", hidden, queries, config.OutputBias),
                    (mlp + "gate_proj", inner, hidden, config.MlpBias),
                    (mlp + "up_proj", inner, hidden, config.MlpBias),
                    (mlp + "down_proj", hidden, inner, config.MlpBias),
                ])
            {
                yield return (name + ".weight", [rows, columns]);
                if (bias) yield return (name + ".bias", [rows]);
            }

            if (!config.QueryKeyNorm) continue;
            yield return (attention + "q_norm.weight", [config.HeadDim]);
            yield return (attention + "k_norm.weight", [config.HeadDim]);
        }
    }
}
