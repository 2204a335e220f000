namespace Kernels.Models;

/// <summary>Measures, head by head, the attention a text gets and what a sparse method visits of it.</summary>
/// <remarks>
/// No map of queries × keys is ever formed. Both kernels, dense and sparse, run on the layer's own queries and keys with values that
/// say which column of the grid a key belongs to: the output is then the attention on every column, and the difference of the two
/// log-sum-exps is the share of the mass that was visited. A key whose weight is below the smallest fp32 number counts as not visited in
/// <see cref="HeadInspection.Visited"/>; <see cref="HeadInspection.Density"/> counts it.
/// </remarks>
public static class AttentionInspector
{
    /// <summary>Cells along either side of a map, where a text has that many tokens.</summary>
    public const int Cells = 64;

    /// <summary>Reads <paramref name="tokens"/> with dense attention and inspects every head of every layer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="method">The method: its prompt kernel, or, where that is dense, what it visits or keeps when generating.</param>
    /// <param name="tokens">The text: 1 to the model's context.</param>
    /// <param name="progress">Told the number of layers inspected.</param>
    /// <param name="cancellation">Observed between layers.</param>
    /// <returns>Heads in order, layer by layer.</returns>
    /// <exception cref="ModelException">The text is empty or too long, or the method's output is no part of dense attention.</exception>
    /// <exception cref="KernelException">The device cannot run one of the kernels on this text.</exception>
    public static IReadOnlyList<HeadInspection> Inspect(
        LanguageModel model, AttentionMethod method, IReadOnlyList<int> tokens, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Count == 0)
            throw new ModelException(model.Name, "text", "empty", "at least one token can be inspected", "Pass a longer text.");
        var config = model.Config;
        var heads = new List<HeadInspection>();
        var sparse = (method.Inspected ?? method.Prefill)(config.HeadDim);
        if (sparse.Declaration.Pattern == AttentionPattern.Routed)
            throw new ModelException("attention", "method", method.Name, "a query gets the mean of its clusters, which is no share of what dense attention gives it",
                "Inspect another method, or evaluate this one.");
        using var bench = new HeadBench(
            model.Device, config, AttentionMethod.Dense.Prefill(config.HeadDim), sparse, method.GatesFor(sparse, config), tokens.Count,
            Math.Min(Cells, tokens.Count));
        var layer = 0;
        var recorder = new AttentionRecorder(AttentionMethod.Dense.Prefill(config.HeadDim), inputs =>
        {
            cancellation.ThrowIfCancellationRequested();
            heads.AddRange(bench.Inspect(layer++, inputs));
            progress?.Report(layer);
        });
        // One chunk, so that every layer is seen whole; every position, so that the last layer computes every query.
        using var session = model.CreateSession(new SessionOptions
        {
            Length = tokens.Count,
            ChunkLength = tokens.Count,
            Attention = AttentionMethod.Dense with { Prefill = _ => recorder.Kernel },
            EveryPosition = true,
        });
        session.Prefill(tokens, cancellation: cancellation);
        return heads;
    }
}
