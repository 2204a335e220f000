using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>The weights of one decoder layer.</summary>
internal sealed class LayerWeights
{
    /// <summary>Names the tensors of layer <paramref name="layer"/> and checks their shapes.</summary>
    public LayerWeights(ModelConfig config, ModelTensors tensors, int layer)
    {
        var prefix = $"model.layers.{layer}.";
        var (attention, mlp) = (prefix + "self_attn.", prefix + "mlp.");
        var (hidden, inner, queries, keys) = (config.HiddenSize, config.IntermediateSize, config.QueryHeads * config.HeadDim, config.KeyHeads * config.HeadDim);
        AttentionNorm = TensorWeight.Row(tensors, prefix + "input_layernorm", (prefix + "input_layernorm.weight", hidden));
        MlpNorm = TensorWeight.Row(tensors, prefix + "post_attention_layernorm", (prefix + "post_attention_layernorm.weight", hidden));
        (QueryKeyValue, QueryKeyValueBias) = Projection(
            attention + "qkv_proj", hidden, config.QueryKeyValueBias, (attention + "q_proj", queries), (attention + "k_proj", keys), (attention + "v_proj", keys));
        (Output, OutputBias) = Projection(attention + "o_proj", queries, config.OutputBias, (attention + "o_proj", hidden));
        (GateUp, GateUpBias) = Projection(mlp + "gate_up_proj", hidden, config.MlpBias, (mlp + "gate_proj", inner), (mlp + "up_proj", inner));
        (Down, DownBias) = Projection(mlp + "down_proj", inner, config.MlpBias, (mlp + "down_proj", hidden));
        if (!config.QueryKeyNorm) return;
        QueryNorm = TensorWeight.Row(tensors, attention + "q_norm", (attention + "q_norm.weight", config.HeadDim));
        KeyNorm = TensorWeight.Row(tensors, attention + "k_norm", (attention + "k_norm.weight", config.HeadDim));

        (Weight, Weight?) Projection(string name, int columns, bool bias, params (string Name, int Rows)[] parts) => (
            TensorWeight.Stacked(tensors, name, columns, [.. parts.Select(part => (part.Name + ".weight", part.Rows))]),
            bias ? TensorWeight.Row(tensors, name + ".bias", [.. parts.Select(part => (part.Name + ".bias", part.Rows))]) : null);
    }

    /// <summary>Gain before attention.</summary>
    public Weight AttentionNorm { get; }

    /// <summary>Query, key and value projections stacked by rows.</summary>
    public Weight QueryKeyValue { get; }

    /// <summary>Their biases.</summary>
    public Weight? QueryKeyValueBias { get; }

    /// <summary>Gain of every query head.</summary>
    public Weight? QueryNorm { get; }

    /// <summary>Gain of every key head.</summary>
    public Weight? KeyNorm { get; }

    /// <summary>Output projection of attention.</summary>
    public Weight Output { get; }

    /// <summary>Its bias.</summary>
    public Weight? OutputBias { get; }

    /// <summary>Gain before the MLP.</summary>
    public Weight MlpNorm { get; }

    /// <summary>Gate and up projections stacked by rows.</summary>
    public Weight GateUp { get; }

    /// <summary>Their biases.</summary>
    public Weight? GateUpBias { get; }

    /// <summary>Down projection.</summary>
    public Weight Down { get; }

    /// <summary>Its bias.</summary>
    public Weight? DownBias { get; }
}
