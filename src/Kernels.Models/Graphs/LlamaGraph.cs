using Kernels.Catalog;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>The forward pass of the Llama family as a graph: RMSNorm, rotary grouped-query attention, SwiGLU, residuals.</summary>
internal sealed class LlamaGraph
{
    private readonly ModelConfig _config;
    private readonly GraphBuilder _builder;
    private readonly ModelWeights _weights;
    private readonly Weight _rotary;
    private readonly MatMulKernel _projection;
    private readonly AttentionKernel _attention;
    private readonly ElementType _cacheType;

    /// <summary>Builds the graph from token ids to the logits after the last of them.</summary>
    /// <param name="name">Name in explanations.</param>
    /// <param name="config">The model's shape.</param>
    /// <param name="weights">The model's weights.</param>
    /// <param name="rotary">Cosines and sines by position.</param>
    /// <param name="projection">Product of the projections.</param>
    /// <param name="attention">Kernel of every layer.</param>
    /// <param name="cacheType">Storage of keys and values.</param>
    /// <param name="keepsHidden">Whether <see cref="Hidden"/> can be read after a run.</param>
    public LlamaGraph(
        string name, ModelConfig config, ModelWeights weights, Weight rotary, MatMulKernel projection, AttentionKernel attention,
        ElementType cacheType, bool keepsHidden)
    {
        (_config, _weights, _rotary, _projection, _attention, _cacheType) = (config, weights, rotary, projection, attention, cacheType);
        _builder = new GraphBuilder(name);
        Tokens = _builder.Tokens("tokens");
        Hidden = _builder.Gather("embedding", weights.Embedding, Tokens);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            Hidden = Attend($"layer {layer} ", weights.Layers[layer], Hidden);
            Hidden = Transform($"layer {layer} ", weights.Layers[layer], Hidden);
        }

        var last = _builder.LastRow("last row", Hidden);
        Logits = _builder.Product("head", Projections.Dense, weights.Head, _builder.RmsNorm("final norm", last, weights.FinalNorm, config.NormEpsilon));
        Graph = keepsHidden ? _builder.Build(Logits, Hidden) : _builder.Build(Logits);
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>Token ids, the input.</summary>
    public GraphValue Tokens { get; }

    /// <summary>The residual stream after the last layer, [tokens, hidden].</summary>
    public GraphValue Hidden { get; }

    /// <summary>Logits after the last token, [1, vocabulary].</summary>
    public GraphValue Logits { get; }

    private GraphValue Attend(string layer, LayerWeights weights, GraphValue input)
    {
        var (queryColumns, keyColumns) = (_config.QueryHeads * _config.HeadDim, _config.KeyHeads * _config.HeadDim);
        var normed = _builder.RmsNorm(layer + "attention norm", input, weights.AttentionNorm, _config.NormEpsilon);
        var projected = Project(layer + "qkv", weights.QueryKeyValue, weights.QueryKeyValueBias, normed);
        var queries = projected.Slice(0, queryColumns);
        var keys = projected.Slice(queryColumns, keyColumns);
        if (weights.QueryNorm is { } queryNorm) _builder.NormHeads(layer + "query norm", queries, queryNorm, _config.NormEpsilon);
        if (weights.KeyNorm is { } keyNorm) _builder.NormHeads(layer + "key norm", keys, keyNorm, _config.NormEpsilon);
        _builder.Rotate(layer + "rotate queries", queries, _config.HeadDim, _rotary);
        _builder.Rotate(layer + "rotate keys", keys, _config.HeadDim, _rotary);
        var keyCache = _builder.State(layer + "keys", _config.KeyHeads, _config.HeadDim, _cacheType);
        var valueCache = _builder.State(layer + "values", _config.KeyHeads, _config.HeadDim, _cacheType);
        _builder.Append(layer + "cache keys", keys, keyCache);
        _builder.Append(layer + "cache values", projected.Slice(queryColumns + keyColumns, keyColumns), valueCache);
        var attended = _builder.Attention(layer + "attention", _attention, queries, keyCache, valueCache);
        return _builder.Add(layer + "attention sum", input, Project(layer + "output", weights.Output, weights.OutputBias, attended));
    }

    private GraphValue Transform(string layer, LayerWeights weights, GraphValue input)
    {
        var normed = _builder.RmsNorm(layer + "mlp norm", input, weights.MlpNorm, _config.NormEpsilon);
        var gated = _builder.SwiGlu(layer + "swiglu", Project(layer + "gate up", weights.GateUp, weights.GateUpBias, normed));
        return _builder.Add(layer + "mlp sum", input, Project(layer + "down", weights.Down, weights.DownBias, gated));
    }

    private GraphValue Project(string name, Weight weight, Weight? bias, GraphValue input)
    {
        var output = _builder.Product(name, _projection, weight, input);
        if (bias is not null) _builder.Bias(name + " bias", output, bias);
        return output;
    }
}
