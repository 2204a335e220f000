using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>How the layers of a graph attend and what they keep.</summary>
/// <param name="Kernel">Kernel of every layer.</param>
/// <param name="Window">Latest queries that are kept, to choose which keys stay after the prompt; 0 where all do.</param>
/// <param name="IsCompacted">Whether the layers attend to the keys that stayed.</param>
/// <param name="Gates">Gates of the layers, where the kernel selects by them.</param>
/// <param name="Centroids">Centroids of the layers, where the kernel routes to clusters.</param>
internal sealed record LayerAttention(AttentionKernel Kernel, int Window = 0, bool IsCompacted = false, AttentionGates? Gates = null, AttentionCentroids? Centroids = null)
{
    /// <summary>Adds a layer's attention over what the caches hold, the run's own rows included.</summary>
    public GraphValue Add(
        GraphBuilder builder, string layer, int index, ValueSlice queries, ValueSlice keys, ValueSlice values, GraphState keyCache, GraphState valueCache)
    {
        if (Window > 0) builder.Observe(layer + "latest queries", queries, Window, keyCache, valueCache);
        if (IsCompacted) return builder.CompactedAttention(layer + "attention", Kernel, queries, keys, values, keyCache, valueCache);
        builder.Append(layer + "cache keys", keys, keyCache);
        builder.Append(layer + "cache values", values, valueCache);
        return builder.Attention(layer + "attention", Kernel, queries, keyCache, valueCache, Gates?.Layers[index], Centroids?.Layers[index]);
    }
}
