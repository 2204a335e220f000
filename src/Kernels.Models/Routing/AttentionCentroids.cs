using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>The centroids of a model's layers, for attention that is routed to clusters. Immutable and thread-safe.</summary>
public sealed class AttentionCentroids
{
    private readonly ArrayWeight[] _layers;

    private AttentionCentroids(string source, IReadOnlyList<RoutingCentroids> layers)
    {
        Source = source;
        (Count, KeyHeads, HeadDim) = (layers[0].Count, layers[0].KeyHeads, layers[0].HeadDim);
        _layers = [.. layers.Select((layer, i) => new ArrayWeight($"layer {i} centroids", Count, KeyHeads * HeadDim, layer.Values.ToArray()))];
    }

    /// <summary>Where they came from, for messages.</summary>
    public string Source { get; }

    /// <summary>Centroids of a key head.</summary>
    public int Count { get; }

    /// <summary>Key heads of a layer.</summary>
    public int KeyHeads { get; }

    /// <summary>Channels of a head.</summary>
    public int HeadDim { get; }

    /// <summary>A matrix for each layer, [centroids, key heads · head dim].</summary>
    internal IReadOnlyList<Weight> Layers => _layers;

    /// <summary>Centroids that a host has learned or loaded; what is learned afterwards does not reach them.</summary>
    /// <param name="source">Where they came from, for messages.</param>
    /// <param name="layers">A layer's each.</param>
    /// <param name="config">The model they were made for.</param>
    /// <exception cref="ModelException">They are not those of the model.</exception>
    public static AttentionCentroids Of(string source, IReadOnlyList<RoutingCentroids> layers, ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(config);
        if (layers.Count != config.Layers || layers.Any(layer => layer.KeyHeads != config.KeyHeads || layer.HeadDim != config.HeadDim || layer.Count != layers[0].Count))
            throw new ModelException(source, "centroids", $"of {layers.Count} layers",
                $"the model has {config.Layers} of {config.KeyHeads} key heads of {config.HeadDim}, and all have equally many centroids", "Pass the centroids of each layer.");
        return new AttentionCentroids(source, layers);
    }

    /// <summary>
    /// Learns one centroid for every cluster's worth of tokens from what a text's queries and keys are under dense attention, for models that were not trained
    /// with clusters and bring none.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="kernel">The kernel that routes.</param>
    /// <param name="tokens">The text: one token at least; what exceeds the model's context is left.</param>
    /// <param name="cancellation">Observed between layers.</param>
    /// <exception cref="ModelException">The text is empty, or the kernel has no clusters.</exception>
    public static AttentionCentroids Learn(LanguageModel model, AttentionKernel kernel, IReadOnlyList<int> tokens, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(tokens);
        if (kernel.Declaration.Pattern != AttentionPattern.Routed)
            throw new ModelException(model.Name, "attention", kernel.Declaration.Name, "it has no clusters", "Learn centroids for a kernel declared with [RoutedAttention].");
        if (tokens.Count == 0) throw new ModelException(model.Name, "text", "empty", "centroids are learned from one token at least", "Pass a longer text.");
        var config = model.Config;
        var text = tokens.Take(model.ContextLength).ToArray();
        var layers = new List<RoutingCentroids>();
        var recorder = new AttentionRecorder(AttentionMethod.Dense.Prefill(config.HeadDim), inputs =>
        {
            cancellation.ThrowIfCancellationRequested();
            var learned = new RoutingCentroids((text.Length - 1) / kernel.Declaration.Block + 1, config.QueryHeads, config.KeyHeads, config.HeadDim);
            learned.Begin(inputs.Query, inputs.Key);
            layers.Add(learned);
        });
        // One chunk, so that every layer is seen whole; every position, so that the last layer computes every query.
        using var session = model.CreateSession(new SessionOptions
        {
            Length = text.Length, ChunkLength = text.Length, Attention = AttentionMethod.Dense with { Prefill = _ => recorder.Kernel }, EveryPosition = true,
        });
        session.Prefill(text, cancellation: cancellation);
        return Of(model.Name, layers, config);
    }

    /// <summary>Refuses centroids of another model, or more than a text of <paramref name="length"/> tokens has clusters.</summary>
    internal void Require(AttentionKernel kernel, ModelConfig config, int length)
    {
        if (_layers.Length != config.Layers || KeyHeads != config.KeyHeads || HeadDim != config.HeadDim)
            throw new ModelException(Source, "centroids", $"of {_layers.Length} layers, {KeyHeads} key heads of {HeadDim}",
                $"the model has {config.Layers} layers of {config.KeyHeads} key heads of {config.HeadDim}", "Use the centroids of this model.");
        var most = (length - 1) / kernel.Declaration.Block + 1;
        if (Count > most)
            throw new ModelException(Source, "centroids", $"{Count}", $"{length} tokens have {most} clusters of {kernel.Declaration.Block}", "Plan a longer session, or learn fewer centroids.");
    }
}
