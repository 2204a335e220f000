using Kernels.Catalog;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>The forward pass of the Llama family as a graph: RMSNorm, rotary grouped-query attention, SwiGLU, residuals.</summary>
internal sealed class LlamaGraph
{
    /// <summary>Builds the graph from token ids to the logits after the last of them.</summary>
    /// <param name="name">Name in explanations.</param>
    /// <param name="config">The model's shape.</param>
    /// <param name="weights">The model's weights.</param>
    /// <param name="rotary">Cosines and sines by position.</param>
    /// <param name="projection">How the projections are used.</param>
    /// <param name="attention">How every layer attends.</param>
    /// <param name="cacheType">Storage of keys and values.</param>
    /// <param name="keepsHidden">Whether <see cref="Hidden"/> can be read after a run.</param>
    public LlamaGraph(
        string name, ModelConfig config, ModelWeights weights, Weight rotary, Func<Weight, WeightUse> projection, LayerAttention attention,
        ElementType cacheType, bool keepsHidden)
    {
        var builder = new GraphBuilder(name);
        var layers = new DecoderLayers(builder, config, rotary, projection, attention, cacheType);
        Tokens = builder.Tokens("tokens");
        Hidden = builder.Gather("embedding", weights.Embedding, Tokens);
        for (var layer = 0; layer < config.Layers; layer++) Hidden = layers.Add(layer, weights.Layers[layer], Hidden);
        var last = builder.LastRow("last row", Hidden);
        Logits = builder.Product("head", Projections.Dense, weights.Head, builder.RmsNorm("final norm", last, weights.FinalNorm, config.NormEpsilon));
        Graph = keepsHidden ? builder.Build(Logits, Hidden) : builder.Build(Logits);
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>Token ids, the input.</summary>
    public GraphValue Tokens { get; }

    /// <summary>The residual stream after the last layer, [tokens, hidden].</summary>
    public GraphValue Hidden { get; }

    /// <summary>Logits after the last token, [1, vocabulary].</summary>
    public GraphValue Logits { get; }
}
