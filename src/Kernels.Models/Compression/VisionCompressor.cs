using Kernels.Compression;

namespace Kernels.Models;

/// <summary>Prunes the pointwise convolutions of an image classifier into a folder that <see cref="VisionNetwork.Open"/> reads.</summary>
/// <remarks>
/// Where outputs are dropped together, the channels of the whole network are rearranged before, so that like ones fall into one group. First
/// convolution, depthwise layers and the classifier stay dense. A shard of the folder holds the layers whose outputs have one size.
/// </remarks>
public sealed class VisionCompressor
{
    private readonly VisionNetwork _network;
    private readonly CompressionOptions _options;
    private readonly int[][] _stages;

    /// <summary>Checks network and options; nothing is written.</summary>
    /// <param name="network">A dense network.</param>
    /// <param name="options">Pattern (single weights or groups of outputs) and method (one that needs no calibration).</param>
    /// <exception cref="ModelException">The network is pruned already, or pattern or method does not suit it.</exception>
    public VisionCompressor(VisionNetwork network, CompressionOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        options.Require();
        if (options.Needs != CalibrationNeed.None || options.Evaluation.Count > 0)
            throw new ModelException(
                network.Name, "compression", options.Evaluation.Count > 0 ? "measured on a text" : $"{options.Method}, allocation {options.Allocation ?? "usual"}",
                "networks of images are pruned by their weights alone", "Choose the method magnitude, global or random, and an allocation other than owl.");
        _options = options;
        _network = GroupSparsity.Arrange(network, options.Pattern);
        _stages = [.. Enumerable.Range(0, _network.Layers.Count).GroupBy(layer => _network.Sides[layer]).Select(stage => stage.ToArray())];
    }

    /// <summary>Convolutions, the steps of <see cref="Write"/>.</summary>
    public int Layers => _network.Layers.Count;

    /// <summary>Prunes and writes the network; work that was interrupted is gone on with.</summary>
    /// <param name="output">The folder to make; it must not exist, and appears whole or not at all.</param>
    /// <param name="progress">Told the layers done, from those done in an earlier run on.</param>
    /// <param name="cancellation">Observed between layers; the shards that are whole are kept beside the folder.</param>
    /// <exception cref="ModelException">The folder exists, or unfinished work beside it is of another request.</exception>
    public CompressionReport Write(string output, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        var folder = new OutputFolder(output, _options.Request(_network.Name), _stages.Length + 1);
        var matrices = Enumerable.Range(0, Layers).Where(index => GroupSparsity.IsPruned(_network.Layers[index])).ToLookup(
            index => index, index => (_network.Layers[index].Name, Shape: new[] { _network.Layers[index].Outputs, _network.Layers[index].Inputs, 1, 1 }));
        var patterns = new DensityAllocation(_options, matrices).Patterns(() => throw new InvalidOperationException("No allocation that needs inputs gets here."));
        var global = _options.Method == "global"
            ? GlobalMagnitudePruning.Over(_network.Layers.Where(GroupSparsity.IsPruned).Select(layer => (ReadOnlyMemory<float>)layer.Filters), _options.Pattern.Sparsity)
            : null;
        var done = 0;
        for (var stage = 0; stage < _stages.Length; stage++)
        {
            if (stage >= folder.State.Layers) PruneStage(stage, folder, patterns, global, done, progress, cancellation);
            progress?.Report(done += _stages[stage].Length);
        }

        folder.Add(_stages.Length, ClassifierFolder.Classifier(_network), folder.State);
        var (state, storage) = (folder.State, SparseStorage.For(_options.Pattern));
        folder.Assemble(ClassifierFolder.Describe(_network), storage);
        var report = new CompressionReport(_options.Pattern.Name, _options.Method, 0, (double)state.Kept / state.Count, storage.Name, null, state.Tensors);
        folder.Complete("compression.json", report, CompressionJson.Default.CompressionReport);
        return report;
    }

    private void PruneStage(
        int stage, OutputFolder folder, Dictionary<string, SparsityPattern> patterns, PruningMethod? global, int done, IProgress<int>? progress, CancellationToken cancellation)
    {
        var shard = new PrunedShard(folder.State, _options.Pattern);
        foreach (var index in _stages[stage])
        {
            cancellation.ThrowIfCancellationRequested();
            var layer = _network.Layers[index];
            if (patterns.TryGetValue(layer.Name, out var pattern))
                shard.Prune(layer.Name, ClassifierFolder.WeightOf(index), layer.Filters, layer.Outputs, ElementType.Float32, global ?? _options.MethodFor(layer.Name), pattern);
            else shard.Keep(ClassifierFolder.Weight(layer, index));
            shard.Keep(ClassifierFolder.Bias(layer, index));
            progress?.Report(++done);
        }

        folder.Add(stage, shard.Tensors, shard.State);
    }
}
