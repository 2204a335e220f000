using Kernels.Catalog;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>One decoder layer by itself, dense: from the residual stream before it to the one after it.</summary>
internal sealed class LayerGraph
{
    /// <summary>Builds the graph.</summary>
    public LayerGraph(ModelConfig config, LayerWeights weights, int layer, Weight rotary)
    {
        var builder = new GraphBuilder($"layer {layer}");
        Input = builder.Input("hidden", config.HiddenSize);
        Output = new DecoderLayers(builder, config, rotary, WeightMethod.Dense.Use, new LayerAttention(DenseAttention.Causal.For(config.HeadDim)), ElementType.Float32).Add(layer, weights, Input);
        Graph = builder.Build(Output);
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>The residual stream before the layer, [tokens, hidden].</summary>
    public GraphValue Input { get; }

    /// <summary>The residual stream after the layer, [tokens, hidden].</summary>
    public GraphValue Output { get; }
}
