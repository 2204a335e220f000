namespace Kernels.Models;

/// <summary>
/// Learns the gates of a model from its own attention: SeerAttention (arXiv 2410.13276, §3.2) and SeerAttention-R (arXiv 2506.08889, §3). The model stays as it
/// is; each gate learns to foretell, for a block of queries, the largest attention that each block of keys gets.
/// </summary>
/// <remarks>
/// Variant: gates as wide as heads, without query projections for prompts; they begin as products of mean queries and mean keys instead of at random; every step
/// sees every training sequence. Where there are two sequences or more, an eighth of them (one at least) is held out for the report.
/// The same options and seed give the same gates on any number of threads.
/// </remarks>
public sealed class GateDistiller
{
    /// <summary>Fewest tokens of a text: four blocks, of which the first quarter of rows is not learned from.</summary>
    public const int FewestTokens = 4 * AttentionGates.Block;

    private readonly LanguageModel _model;
    private readonly GateDistillationOptions _options;
    private readonly int[][] _sequences;
    private readonly PositionTurns _turns;
    private readonly int _threads;

    /// <summary>Cuts the text into sequences.</summary>
    /// <param name="model">The model, on any device; attention is measured on the host.</param>
    /// <param name="tokens">The text; what does not fill a sequence is left.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ModelException">The text is too short, an option is out of range, or the model's rotation depends on the length.</exception>
    public GateDistiller(LanguageModel model, IReadOnlyList<int> tokens, GateDistillationOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(options);
        Require(model.Name, "sequence length", options.SequenceLength, options.SequenceLength >= FewestTokens, $"at least {FewestTokens} tokens are needed");
        Require(model.Name, "sequences", options.Sequences, options.Sequences >= 1, "at least 1 is needed");
        Require(model.Name, "steps", options.Steps, options.Steps >= 1, "at least 1 is needed");
        Require(model.Name, "learning rate", options.LearningRate, options.LearningRate > 0 && double.IsFinite(options.LearningRate), "a positive number is needed");
        Require(model.Name, "threads", options.Threads, options.Threads >= 0, "0 or more are needed");
        var length = Math.Min(Math.Min(options.SequenceLength, model.ContextLength), tokens.Count);
        if (length < FewestTokens)
            throw new ModelException(model.Name, "text", $"{tokens.Count} tokens for a context of {model.ContextLength}",
                $"gates learn from {FewestTokens} tokens at least", "Pass a longer text, or choose a model of longer context.");
        (_model, _options) = (model, options with { SequenceLength = length });
        _sequences = [.. tokens.Chunk(length).Where(part => part.Length == length).Take(options.Sequences)];
        _turns = new PositionTurns(AttentionGates.Rotation(model.Config, model.Config.HeadDim), length);
        _threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
    }

    /// <summary>Units of progress: every layer of every sequence, and every gate.</summary>
    public int Work => _model.Config.Layers * (_sequences.Length + GateExamples.Gates(_model.Config, _options.ForDecode));

    /// <summary>Distils.</summary>
    /// <param name="progress">Told the units done of <see cref="Work"/>.</param>
    /// <param name="cancellation">Observed between layers and between examples.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is kept.</exception>
    public (AttentionGates Gates, GateDistillationReport Report) Distil(IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var done = 0;
        var examples = Collect(() => progress?.Report(++done), cancellation);
        var heldOut = _sequences.Length == 1 ? 0 : Math.Max(1, _sequences.Length / 8);
        var (layers, gates) = (_model.Config.Layers, GateExamples.Gates(_model.Config, _options.ForDecode));
        var trainers = new GateTrainer[layers * gates];
        var counting = new Lock();
        Parallel.For(0, trainers.Length, new ParallelOptions { MaxDegreeOfParallelism = _threads, CancellationToken = cancellation }, unit =>
        {
            var own = examples.Select(sequence => sequence[unit / gates][unit % gates]).ToArray();
            var weights = GateWeights.Begin(
                _options.ForDecode ? _model.Config.QueryHeads / _model.Config.KeyHeads : 1, _model.Config.HeadDim, _options.ForDecode, new Random(HashOf(_options.Seed, unit)));
            trainers[unit] = new GateTrainer(weights, _turns, own[..^heldOut], heldOut == 0 ? own : own[^heldOut..]);
            trainers[unit].Train(_options.Steps, _options.LearningRate, cancellation);
            lock (counting) progress?.Report(++done);
        });

        var made = AttentionGates.Of(_model.Name, [.. trainers.Chunk(gates).Select(Gate)], _model.Config);
        var report = new GateDistillationReport(
            _options.ForDecode, _options.SequenceLength, _sequences.Length - heldOut, heldOut, _options.Steps,
            [.. trainers.Chunk(gates).Select((layer, index) => Report(index, layer))]);
        return (made, report);
    }

    /// <summary>[sequence][layer][gate].</summary>
    private List<List<GateExample[]>> Collect(Action advance, CancellationToken cancellation)
    {
        var length = _options.SequenceLength;
        var maker = new GateExamples(_model.Config, _turns, length, _options.ForDecode);
        var sequences = new List<List<GateExample[]>>();
        var recorder = new AttentionRecorder(AttentionMethod.Dense.Prefill(_model.Config.HeadDim), inputs =>
        {
            cancellation.ThrowIfCancellationRequested();
            sequences[^1].Add(maker.Make(inputs, _threads));
            advance();
        });
        // One chunk, so that every layer is seen whole; every position, so that the last layer computes every query.
        using var session = _model.CreateSession(new SessionOptions
        {
            Length = length, ChunkLength = length, Attention = AttentionMethod.Dense with { Prefill = _ => recorder.Kernel }, EveryPosition = true,
        });
        foreach (var sequence in _sequences)
        {
            sequences.Add([]);
            session.Reset();
            session.Prefill(sequence, cancellation: cancellation);
        }

        return sequences;
    }

    private AttentionGate Gate(GateTrainer[] layer)
    {
        var config = _model.Config;
        var rotation = AttentionGates.Rotation(config, config.HeadDim);
        return new AttentionGate(
            new GateShape(config.QueryHeads, config.KeyHeads, config.HeadDim, config.HeadDim, AttentionGates.Block, _options.ForDecode), rotation, rotation,
            Weights(trainer => trainer.Weights.Key), Weights(trainer => trainer.Weights.Query));

        float[] Weights(Func<GateTrainer, double[]> which) => [.. layer.SelectMany(which).Select(weight => (float)weight)];
    }

    private static GateLayerReport Report(int index, GateTrainer[] layer) => new(
        index, layer.Average(trainer => trainer.Before.Loss), layer.Average(trainer => trainer.After.Loss),
        [.. GateTrainer.Densities.Select((density, d) => new GateRecall(
            density, layer.Average(trainer => trainer.Before.Recall[d]), layer.Average(trainer => trainer.After.Recall[d]), layer.Average(trainer => trainer.Best[d])))]);

    private static int HashOf(int seed, int unit) => unchecked((seed * 486187739) + (unit * 16777619));

    private static void Require(string model, string what, object received, bool holds, string limit)
    {
        if (!holds) throw new ModelException(model, what, $"{received}", limit, "Leave it at its default.");
    }
}
