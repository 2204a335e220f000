using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kernels.Compression;

namespace Kernels.Models;

/// <summary>Prunes the projections of a model, layer by layer in order, into an ordinary folder.</summary>
/// <remarks>
/// Methods that look at inputs see those of the layers pruned before: a layer is observed dense, pruned, and run again to feed the
/// next (Wanda, arXiv 2306.11695, §3; SparseGPT, arXiv 2301.00774, §4). Embeddings, norms, biases and the head stay as they are.
/// </remarks>
public sealed class ModelCompressor
{
    private static readonly string[] Projections =
    [
        ".self_attn.q_proj.weight", ".self_attn.k_proj.weight", ".self_attn.v_proj.weight", ".self_attn.o_proj.weight",
        ".mlp.gate_proj.weight", ".mlp.up_proj.weight", ".mlp.down_proj.weight",
    ];

    private readonly ModelFiles _files;
    private readonly CompressionOptions _options;
    private readonly ModelConfig _config;
    private readonly List<int[]> _sequences = [];

    /// <summary>Checks model and options; nothing is written.</summary>
    /// <exception cref="ModelException">The model is not one that can be read, or calibration tokens are missing or outside the vocabulary.</exception>
    public ModelCompressor(ModelFiles files, CompressionOptions options)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);
        _files = files;
        _options = options;
        _config = ModelConfig.Read(files);
        options.Require();
        RequireTokens("evaluation", options.Evaluation);
        if (options.Evaluation.Count == 1) throw new ModelException("compression", "evaluation", "one token", "perplexity is that of at least two", "Give a longer text.");
        if (options.Needs != CalibrationNeed.None) Cut();
    }

    /// <summary>Decoder layers, the steps of <see cref="Write"/>.</summary>
    public int Layers => _config.Layers;

    /// <summary>Prunes and writes the model; work that was interrupted is gone on with.</summary>
    /// <param name="output">The folder to make; it must not exist, and appears whole or not at all.</param>
    /// <param name="device">Where calibration runs.</param>
    /// <param name="progress">Told the layers done, from those done in an earlier run on.</param>
    /// <param name="cancellation">Observed between matrices; what is done so far is kept beside the folder.</param>
    /// <exception cref="ModelException">The folder exists, or a tensor is missing or damaged.</exception>
    /// <exception cref="SparsityException">The pattern does not divide a matrix or does not suit the method.</exception>
    public CompressionReport Write(string output, Device device, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        ArgumentNullException.ThrowIfNull(device);
        using var tensors = ModelTensors.Open(_files);
        new ModelWeights(_config, ModelTensors.Open(_files)).Dispose(); // every tensor the model needs is there and has its shape
        RequireShapes(tensors);
        var folder = new OutputFolder(output, Request(), _config.Layers + 1);
        var projections = tensors.Names.Where(IsProjection).OrderBy(name => LayerOf(name)).ToLookup(
            name => LayerOf(name)!.Value, name => (Name: name, Shape: tensors.Entry(name).Shape.Select(length => (int)length).ToArray()));
        var patterns = new DensityAllocation(_options, projections).Patterns(() => OutlierShares(tensors, projections, device, cancellation));
        var runner = _options.Needs == CalibrationNeed.None ? null : new LayerRunner(_config, tensors, device, _sequences);
        var global = _options.Method == "global" && folder.State.Layers < _config.Layers ? Global(tensors, cancellation) : null;
        for (var layer = 0; layer < _config.Layers; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (layer >= folder.State.Layers) PruneLayer(layer, tensors, folder, patterns, runner, global, device, cancellation);
            progress?.Report(layer + 1);
            if (runner is null || layer + 1 == _config.Layers) continue;
            using var pruned = ModelTensors.Of(folder.Open(layer));
            runner.Advance(layer, pruned, cancellation);
        }

        var rest = tensors.Names.Where(name => LayerOf(name) is null).Select(name => Copy(tensors, name)).ToArray();
        folder.Add(_config.Layers, rest, folder.State);
        var (state, storage) = (folder.State, SparseStorage.For(_options.Pattern));
        folder.CopyTokenizer(_files);
        var prunedFiles = folder.Assemble(JsonNode.Parse(_files.Read(ModelConfig.FileName, 1 << 20))!.AsObject(), storage);
        var perplexity = _options.Evaluation.Count == 0 ? null
            : new PerplexityReport(_options.Evaluation.Count, Perplexity(_files, device, cancellation), Perplexity(prunedFiles, device, cancellation));
        var report = new CompressionReport(
            _options.Pattern.Name, _options.Method, runner?.Tokens ?? 0, 0, (double)state.Kept / state.Count, storage.Name, perplexity, state.Tensors);
        folder.Complete("compression.json", report, CompressionJson.Default.CompressionReport);
        return report;
    }

    private double Perplexity(ModelFiles files, Device device, CancellationToken cancellation)
    {
        using var model = LanguageModel.Load(files, device);
        using var session = model.CreateSession(new SessionOptions { Length = Math.Min(model.ContextLength, _options.Evaluation.Count), EveryPosition = true });
        return Evaluator.Perplexity(session, _options.Evaluation, cancellation: cancellation).Perplexity;
    }

    // Of every decoder layer, dense as it is, the outlying scores of its matrices.
    private List<double> OutlierShares(ModelTensors tensors, ILookup<int, (string Name, int[] Shape)> projections, Device device, CancellationToken cancellation)
    {
        var (runner, shares) = (new LayerRunner(_config, tensors, device, _sequences), new List<double>());
        for (var layer = 0; layer < _config.Layers; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            var calibration = new Calibration();
            runner.Observe(layer, tensors, calibration, cancellation);
            runner.Advance(layer, tensors, cancellation);
            double outliers = 0, count = 0;
            foreach (var (name, shape) in projections[layer])
            {
                var weights = tensors.ReadFloats(name).Values;
                outliers += weights.Length * OutlierAllocation.OutlierShare(weights, shape[0], shape[1], calibration.Layers[name]);
                count += weights.Length;
            }

            shares.Add(outliers / count);
        }

        return shares;
    }

    private void PruneLayer(
        int layer, ModelTensors tensors, OutputFolder folder, Dictionary<string, SparsityPattern> patterns, LayerRunner? runner, PruningMethod? global,
        Device device, CancellationToken cancellation)
    {
        var calibration = new Calibration(_options.Needs == CalibrationNeed.Gram);
        runner?.Observe(layer, tensors, calibration, cancellation);
        var shard = new PrunedShard(folder.State, _options.Pattern);
        var rearranged = _options.Rearrange ? new MlpRearrangement(tensors, layer) : null;
        foreach (var name in tensors.Names.Where(name => LayerOf(name) == layer))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!IsProjection(name))
            {
                var copy = Copy(tensors, name);
                shard.Keep(rearranged?.Other(copy) ?? copy);
                continue;
            }

            if (shard.IsTwoOfFour && _options.Method == "magnitude" && device is CpuDevice cpu)
            {
                using var bytes = tensors.Map(name);
                shard.PruneStored(name, bytes, tensors.Entry(name), cpu.Workers);
                continue;
            }

            var (entry, values) = tensors.ReadFloats(name);
            var statistics = calibration.Layers.GetValueOrDefault(name);
            if (rearranged is not null) (values, statistics) = (rearranged.Weights(name, values), rearranged.Inputs(name, statistics));
            shard.Prune(name, name, values, (int)entry.Shape[0], entry.Type!.Value, global ?? _options.MethodFor(name), patterns[name], statistics);
        }

        folder.Add(layer, shard.Tensors, shard.State);
    }

    // Refuses what no layer could be pruned to before the first is.
    private void RequireShapes(ModelTensors tensors)
    {
        foreach (var name in tensors.Names.Where(IsProjection))
        {
            var shape = tensors.Entry(name).Shape;
            try
            {
                _options.Pattern.Require((int)shape[0], (int)shape[1]);
            }
            catch (SparsityException refusal)
            {
                throw new ModelException(_files.Location, $"tensor '{name}'", refusal.Received, refusal.Limit, $"The pattern {_options.Pattern} does not fit this model; choose another.", refusal);
            }
        }
    }

    private GlobalMagnitudePruning Global(ModelTensors tensors, CancellationToken cancellation) => GlobalMagnitudePruning.Over(
        tensors.Names.Where(IsProjection).Select(name =>
        {
            cancellation.ThrowIfCancellationRequested();
            return (ReadOnlyMemory<float>)tensors.ReadFloats(name).Values;
        }), _options.Pattern.Sparsity);

    private void Cut()
    {
        var tokens = _options.Calibration;
        if (tokens.Count == 0)
            throw new ModelException("compression", "calibration", "empty", $"{_options.Method} weighs weights by their inputs", "Give a text to calibrate on.");
        if (_options.SequenceLength < 1 || _options.Sequences < 1)
            throw new ModelException("compression", "calibration", $"{_options.Sequences} sequences of {_options.SequenceLength}", "both are at least 1", "Leave them at their defaults.");
        RequireTokens("calibration", tokens);
        var length = Math.Min(Math.Min(_options.SequenceLength, _config.ContextLength), tokens.Count);
        for (var start = 0; start + length <= tokens.Count && _sequences.Count < _options.Sequences; start += length)
            _sequences.Add([.. tokens.Skip(start).Take(length)]);
    }

    private void RequireTokens(string text, IReadOnlyList<int> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
            if ((uint)tokens[i] >= (uint)_config.VocabularySize)
                throw new ModelException(_files.Location, $"token {i} of the {text} text", $"{tokens[i]}", $"the vocabulary is 0 to {_config.VocabularySize - 1}",
                    "Encode the text with the model's own tokenizer.");
    }

    private string Request()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var token in _sequences.SelectMany(sequence => sequence)) hash.AppendData(BitConverter.GetBytes(token));
        return $"{_options.Request(_files.Location)}, {_sequences.Count} calibration sequences {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}";
    }

    private static SafetensorsTensor Copy(ModelTensors tensors, string name)
    {
        var entry = tensors.Entry(name);
        using var bytes = tensors.Map(name);
        return new SafetensorsTensor(name, entry.DataType, entry.Shape, bytes.Span.ToArray());
    }

    private bool IsProjection(string name) => LayerOf(name) is not null && Array.Exists(Projections, ending => name.EndsWith(ending, StringComparison.Ordinal));

    // Null outside the layers the configuration counts.
    private int? LayerOf(string name)
    {
        const string prefix = "model.layers.";
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return null;
        var end = name.IndexOf('.', prefix.Length);
        return end > 0 && int.TryParse(name.AsSpan(prefix.Length, end - prefix.Length), out var layer) && layer < _config.Layers ? layer : null;
    }
}
