using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>Decoder layers of the Llama family, added to a graph one by one: RMSNorm, rotary grouped-query attention, SwiGLU, residuals.</summary>
/// <param name="builder">The graph.</param>
/// <param name="config">The model's shape.</param>
/// <param name="rotary">Cosines and sines by position.</param>
/// <param name="projection">How the projections are used.</param>
/// <param name="attention">How every layer attends.</param>
/// <param name="cacheType">Storage of keys and values.</param>
internal sealed class DecoderLayers(
    GraphBuilder builder, ModelConfig config, Weight rotary, Func<Weight, WeightUse> projection, LayerAttention attention, ElementType cacheType)
{
    /// <summary>Adds a layer; returns the residual stream after it.</summary>
    public GraphValue Add(int layer, LayerWeights weights, GraphValue input) =>
        Transform($"layer {layer} ", weights, Attend($"layer {layer} ", weights, input, layer));

    private GraphValue Attend(string layer, LayerWeights weights, GraphValue input, int index)
    {
        var (queryColumns, keyColumns) = (config.QueryHeads * config.HeadDim, config.KeyHeads * config.HeadDim);
        var normed = builder.RmsNorm(layer + "attention norm", input, weights.AttentionNorm, config.NormEpsilon);
        var projected = Project(layer + "qkv", weights.QueryKeyValue, weights.QueryKeyValueBias, normed);
        var queries = projected.Slice(0, queryColumns);
        var keys = projected.Slice(queryColumns, keyColumns);
        if (weights.QueryNorm is { } queryNorm) builder.NormHeads(layer + "query norm", queries, queryNorm, config.NormEpsilon);
        if (weights.KeyNorm is { } keyNorm) builder.NormHeads(layer + "key norm", keys, keyNorm, config.NormEpsilon);
        builder.Rotate(layer + "rotate queries", queries, config.HeadDim, rotary);
        builder.Rotate(layer + "rotate keys", keys, config.HeadDim, rotary);
        var keyCache = builder.State(layer + "keys", config.KeyHeads, config.HeadDim, cacheType);
        var valueCache = builder.State(layer + "values", config.KeyHeads, config.HeadDim, cacheType);
        var attended = attention.Add(builder, layer, index, queries, keys, projected.Slice(queryColumns + keyColumns, keyColumns), keyCache, valueCache);
        return Project(layer + "output", weights.Output, weights.OutputBias, attended, input);
    }

    private GraphValue Transform(string layer, LayerWeights weights, GraphValue input)
    {
        var normed = builder.RmsNorm(layer + "mlp norm", input, weights.MlpNorm, config.NormEpsilon);
        var gated = builder.SwiGlu(layer + "swiglu", Project(layer + "gate up", weights.GateUp, weights.GateUpBias, normed));
        return Project(layer + "down", weights.Down, weights.DownBias, gated, input);
    }

    private GraphValue Project(string name, Weight weight, Weight? bias, GraphValue input, GraphValue? residual = null) =>
        builder.Product(name, projection(weight), weight, input, bias, residual);
}
