using Kernels.Catalog;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>From rows of the residual stream to their logits, for runs that look at every position.</summary>
internal sealed class HeadGraph
{
    /// <summary>Builds the graph.</summary>
    public HeadGraph(ModelConfig config, ModelWeights weights)
    {
        var builder = new GraphBuilder("head of every position");
        Hidden = builder.Input("hidden", config.HiddenSize);
        Logits = builder.Product("head", Projections.Dense, weights.Head, builder.RmsNorm("final norm", Hidden, weights.FinalNorm, config.NormEpsilon));
        Graph = builder.Build(Logits);
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>Rows of the residual stream, the input.</summary>
    public GraphValue Hidden { get; }

    /// <summary>Their logits, [rows, vocabulary].</summary>
    public GraphValue Logits { get; }
}
