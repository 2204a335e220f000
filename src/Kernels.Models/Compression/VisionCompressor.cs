using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Kernels.Compression;

namespace Kernels.Models;

/// <summary>Prunes the pointwise convolutions of an image classifier into a folder that <see cref="VisionNetwork.Open"/> reads.</summary>
/// <remarks>
/// Where outputs are dropped together, the channels of the whole network are rearranged before, so that like ones fall into one group. First
/// convolution, depthwise layers and the classifier stay dense. Methods that look at inputs see those of the layers pruned before, over pictures. A shard of the folder holds the layers whose outputs have one size.
/// </remarks>
public sealed class VisionCompressor
{
    private readonly VisionNetwork _network;
    private readonly CompressionOptions _options;
    private readonly IReadOnlyList<float[]> _images;
    private readonly int[][] _stages;

    /// <summary>Checks network and options; nothing is written.</summary>
    /// <param name="network">A dense network.</param>
    /// <param name="options">Pattern and method; texts serve language models.</param>
    /// <param name="images">Pictures to calibrate on, [channels, side, side] each, normalised; methods that look at inputs need them.</param>
    /// <exception cref="ModelException">The network is pruned already, pattern or method does not suit it, or pictures are missing or of another size.</exception>
    public VisionCompressor(VisionNetwork network, CompressionOptions options, IReadOnlyList<float[]>? images = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        options.Require();
        if (options.Calibration.Count > 0 || options.Evaluation.Count > 0)
            throw new ModelException(network.Name, "compression", "a text", "networks of images are calibrated on pictures", "Leave the text out.");
        _images = options.Needs == CalibrationNeed.None ? [] : images ?? [];
        if (options.Needs != CalibrationNeed.None && _images.Count == 0)
            throw new ModelException(
                network.Name, "calibration", "no pictures", $"{options.Method}, allocation {options.Allocation ?? "usual"}, weighs weights by their inputs", "Give pictures to calibrate on.");
        foreach (var image in _images) network.RequireImage(image);
        _options = options;
        _network = PointwisePruning.Arrange(network, options.Pattern);
        _stages = [.. Enumerable.Range(0, _network.Layers.Count).GroupBy(layer => _network.Sides[layer]).Select(stage => stage.ToArray())];
    }

    /// <summary>Convolutions, the steps of <see cref="Write"/>.</summary>
    public int Layers => _network.Layers.Count;

    /// <summary>Prunes and writes the network; work that was interrupted is gone on with.</summary>
    /// <param name="output">The folder to make; it must not exist, and appears whole or not at all.</param>
    /// <param name="device">Where calibration runs.</param>
    /// <param name="progress">Told the layers done, from those done in an earlier run on.</param>
    /// <param name="cancellation">Observed between layers; the shards that are whole are kept beside the folder.</param>
    /// <exception cref="ModelException">The folder exists, or unfinished work beside it is of another request.</exception>
    public CompressionReport Write(string output, Device device, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        ArgumentNullException.ThrowIfNull(device);
        var folder = new OutputFolder(output, Request(), _stages.Length + 1);
        var calibration = _images.Count == 0 ? null : new VisionCalibration(_network, _images, device);
        var matrices = Enumerable.Range(0, Layers).Where(index => PointwisePruning.IsPruned(_network.Layers[index])).ToLookup(
            index => index, index => (_network.Layers[index].Name, Shape: new[] { _network.Layers[index].Outputs, _network.Layers[index].Inputs, 1, 1 }));
        var patterns = new DensityAllocation(_options, matrices).Patterns(() => OutlierShares(calibration!, cancellation));
        var global = _options.Method == "global"
            ? GlobalMagnitudePruning.Over(_network.Layers.Where(PointwisePruning.IsPruned).Select(layer => (ReadOnlyMemory<float>)layer.Filters), _options.Pattern.Sparsity)
            : null;
        var (done, layers) = (0, _network.Layers.ToArray());
        for (var stage = 0; stage < _stages.Length; stage++)
        {
            if (stage >= folder.State.Layers) PruneStage(stage, layers, folder, patterns, global, calibration, done, progress, cancellation);
            else if (calibration is not null) Restore(stage, layers, folder);
            progress?.Report(done += _stages[stage].Length);
        }

        folder.Add(_stages.Length, ClassifierFolder.Classifier(_network), folder.State);
        var (state, storage) = (folder.State, SparseStorage.For(_options.Pattern));
        folder.Assemble(ClassifierFolder.Describe(_network), storage);
        var report = new CompressionReport(_options.Pattern.Name, _options.Method, 0, _images.Count, (double)state.Kept / state.Count, storage.Name, null, state.Tensors);
        folder.Complete("compression.json", report, CompressionJson.Default.CompressionReport);
        return report;
    }

    private void PruneStage(
        int stage, VisionLayer[] layers, OutputFolder folder, Dictionary<string, SparsityPattern> patterns, PruningMethod? global, VisionCalibration? calibration,
        int done, IProgress<int>? progress, CancellationToken cancellation)
    {
        var shard = new PrunedShard(folder.State, _options.Pattern);
        foreach (var index in _stages[stage])
        {
            cancellation.ThrowIfCancellationRequested();
            var layer = _network.Layers[index];
            if (patterns.TryGetValue(layer.Name, out var pattern))
            {
                var inputs = calibration?.Observe(layers, index, _options.Needs == CalibrationNeed.Gram, cancellation);
                var pruned = shard.Prune(
                    layer.Name, ClassifierFolder.WeightOf(index), layer.Filters, layer.Outputs, ElementType.Float32, global ?? _options.MethodFor(layer.Name), pattern, inputs);
                layers[index] = layer with { Filters = pruned };
            }
            else shard.Keep(ClassifierFolder.Weight(layer, index));
            shard.Keep(ClassifierFolder.Bias(layer, index));
            progress?.Report(++done);
        }

        folder.Add(stage, shard.Tensors, shard.State);
    }

    // What an earlier run pruned, for the layers after it to be calibrated on.
    private void Restore(int stage, VisionLayer[] layers, OutputFolder folder)
    {
        using var tensors = ModelTensors.Of(folder.Open(stage));
        foreach (var index in _stages[stage])
            if (PointwisePruning.IsPruned(layers[index])) layers[index] = layers[index] with { Filters = ClassifierFolder.Filters(tensors, layers[index], index) };
    }

    // Of every layer, dense as it is; those that are not pruned have none.
    private double[] OutlierShares(VisionCalibration calibration, CancellationToken cancellation) =>
    [
        .. _network.Layers.Select((layer, index) => PointwisePruning.IsPruned(layer)
            ? OutlierAllocation.OutlierShare(layer.Filters, layer.Outputs, layer.Inputs, calibration.Observe(_network.Layers, index, gram: false, cancellation))
            : 0),
    ];

    private string Request()
    {
        if (_images.Count == 0) return _options.Request(_network.Name);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var image in _images) hash.AppendData(MemoryMarshal.AsBytes(image.AsSpan()));
        return $"{_options.Request(_network.Name)}, {_images.Count} calibration pictures {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}";
    }
}
