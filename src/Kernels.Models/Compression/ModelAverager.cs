using System.Text.Json.Nodes;
using Kernels.Compression;

namespace Kernels.Models;

/// <summary>Averages models that were trained on from one pruned model, tensor by tensor, into an ordinary folder (sparse model soups, arXiv 2306.16788).</summary>
/// <remarks>
/// A weight is the mean, rounded once to its storage. What is stored stays stored, zeros included, and in the same form. Configuration and
/// tokenizer are those of the first model.
/// </remarks>
public sealed class ModelAverager
{
    private const long BytesOfShard = 1 << 30;

    // Where a model comes from makes no difference to what it computes.
    private static readonly string[] Provenance = ["_name_or_path", "transformers_version"];

    private readonly IReadOnlyList<ModelFiles> _models;
    private readonly JsonObject _config;
    private readonly AverageReport _report;

    /// <summary>Checks that the models can be averaged; nothing is written.</summary>
    /// <param name="models">Two or more, of one configuration, with weights that are stored alike.</param>
    /// <exception cref="ModelException">There is one alone, a file is damaged, two models differ in more than values, or weights are stored as integers.</exception>
    public ModelAverager(IReadOnlyList<ModelFiles> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        if (models.Count < 2) throw new ModelException("average", "models", $"{models.Count} in number", "an average is that of at least two", "Name another model.");
        (_models, _config) = (models, ConfigOf(models[0]));
        using var first = ModelTensors.Open(models[0]);
        foreach (var name in first.Names) RequireFloats(first, name);
        foreach (var files in models.Skip(1))
        {
            RequireConfig(files);
            using var other = ModelTensors.Open(files);
            RequireNames(first, other);
            foreach (var name in first.Names.Order(StringComparer.Ordinal))
            {
                RequireShape(first, other, name);
                RequireMask(first, other, name);
            }
        }

        var masks = first.Names.Select(name => first.Stored(name).ReadMask()).OfType<WeightMask>().Select(mask => (mask.Kept, Count: (long)mask.Rows * mask.Columns)).ToArray();
        _report = new AverageReport(
            [.. models.Select(files => files.Location)], first.Names.Count(), masks.Length,
            masks.Length == 0 ? null : (double)masks.Sum(mask => mask.Kept) / masks.Sum(mask => mask.Count));
    }

    /// <summary>Weights, the steps of <see cref="Write"/>.</summary>
    public int Tensors => _report.Tensors;

    /// <summary>Averages and writes the model; work that was interrupted is gone on with.</summary>
    /// <param name="output">The folder to make; it must not exist, and appears whole or not at all.</param>
    /// <param name="progress">Told the weights done, from those done in an earlier run on.</param>
    /// <param name="cancellation">Observed between weights; the shards that are whole are kept beside the folder.</param>
    /// <exception cref="ModelException">The folder exists, or unfinished work beside it is of another request.</exception>
    public AverageReport Write(string output, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        var tensors = new List<ModelTensors>();
        try
        {
            foreach (var files in _models) tensors.Add(ModelTensors.Open(files));
            var shards = Shards(tensors[0]);
            var folder = new OutputFolder(output, $"average of {string.Join(", ", _report.Models)}", shards.Length);
            var done = shards.Take(folder.State.Layers).Sum(names => names.Length);
            for (var shard = folder.State.Layers; shard < shards.Length; shard++)
            {
                var parts = new List<SafetensorsTensor>();
                foreach (var name in shards[shard])
                {
                    cancellation.ThrowIfCancellationRequested();
                    parts.AddRange(Average(tensors, name));
                    progress?.Report(++done);
                }

                folder.Add(shard, parts, folder.State with { Layers = shard + 1 });
            }

            folder.CopyTokenizer(_models[0]);
            folder.Assemble(_config);
            folder.Complete("average.json", _report, CompressionJson.Default.AverageReport);
            return _report;
        }
        finally
        {
            foreach (var opened in tensors) opened.Dispose();
        }
    }

    private static IReadOnlyList<SafetensorsTensor> Average(List<ModelTensors> models, string name)
    {
        var (stored, entry) = (models[0].Stored(name), models[0].Entry(name));
        var (mask, type) = (stored.ReadMask(), entry.Type!.Value);
        var count = checked((int)(entry.ByteLength / type.Size()));
        if (count == 0) return [new SafetensorsTensor(name, type, entry.Shape, ReadOnlyMemory<byte>.Empty)];
        var mean = SparseAverage.Of(mask ?? WeightMask.Full(1, count), [.. models.Select(model => (ReadOnlyMemory<float>)model.ReadFloats(name).Values)]);
        return stored switch
        {
            BlockTensor blocks => BlockFormat.Write(name, BlockMatrix.Pack(mean, mask!, blocks.BlockRows, blocks.BlockColumns), type),
            BitmaskTensor { Form.Format: WeightFormat.SemiStructured } => BitmaskFormat.WriteTwoOfFour(name, mean, mask!, type),
            BitmaskTensor => BitmaskFormat.Write(name, mean, mask!, type),
            _ => [new SafetensorsTensor(name, type, entry.Shape, FloatStorage.Encode(mean, type))],
        };
    }

    // A shard is held in memory until it is written.
    private static string[][] Shards(ModelTensors tensors)
    {
        var (shards, bytes) = (new List<List<string>> { new() }, 0L);
        foreach (var name in tensors.Names.Order(StringComparer.Ordinal))
        {
            if (bytes > 0 && bytes + tensors.Entry(name).ByteLength > BytesOfShard)
            {
                shards.Add([]);
                bytes = 0;
            }

            shards[^1].Add(name);
            bytes += tensors.Entry(name).ByteLength;
        }

        return [.. shards.Select(names => names.ToArray())];
    }

    private static void RequireFloats(ModelTensors tensors, string name)
    {
        var stored = tensors.Stored(name);
        if (stored is PackedTensor or MarlinTensor || stored.Entry.Type is null or ElementType.Int32)
            throw new ModelException(
                stored.File, $"tensor '{name}'", stored is FileTensor ? stored.Entry.DataType : "stored as integers", "means are stored as F32, BF16 or F16",
                "Average the models before they are quantised.");
    }

    private static void RequireNames(ModelTensors first, ModelTensors other)
    {
        if (first.Names.Except(other.Names).Concat(other.Names.Except(first.Names)).Min(StringComparer.Ordinal) is not { } name) return;
        var (with, without) = first.Has(name) ? (first, other) : (other, first);
        throw new ModelException(without.Location, $"tensor '{name}'", "missing", $"{with.Location} has it", "Average models that were trained on from one.");
    }

    private static void RequireShape(ModelTensors first, ModelTensors other, string name)
    {
        var (wanted, found) = (first.Entry(name), other.Entry(name));
        if (found.DataType != wanted.DataType || !found.Shape.SequenceEqual(wanted.Shape))
            throw new ModelException(other.Location, $"tensor '{name}'", $"{found}", $"{first.Location} has {wanted}", "Average models that were trained on from one.");
    }

    private static void RequireMask(ModelTensors first, ModelTensors other, string name)
    {
        var (mask, found) = (first.Stored(name).ReadMask(), other.Stored(name).ReadMask());
        if (Equals(mask, found)) return;
        if (mask is null || found is null)
            throw new ModelException(
                other.Location, $"tensor '{name}'", $"stored {Form(found)}", $"{first.Location} stores it {Form(mask)}", "Average models that were trained on from one and are stored alike.");
        var columns = mask.Columns;
        var place = Enumerable.Range(0, mask.Rows * columns).First(i => mask[i / columns, i % columns] != found[i / columns, i % columns]);
        var (row, column) = Math.DivRem(place, columns);
        throw new ModelException(
            other.Location, $"mask of tensor '{name}'", $"{(found[row, column] ? "keeping" : "dropping")} [{row}, {column}]",
            $"{first.Location} {(mask[row, column] ? "keeps" : "drops")} that weight", "Average models pruned by one mask; averages of different masks are not sparse.");
    }

    private static string Form(WeightMask? mask) => mask is null ? "dense" : "sparse";

    private void RequireConfig(ModelFiles other)
    {
        var found = ConfigOf(other);
        foreach (var field in _config.Concat(found).Select(pair => pair.Key).Except(Provenance))
            if (!JsonNode.DeepEquals(_config[field], found[field]))
                throw new ModelException(
                    other.NameOf(ModelConfig.FileName), field, found[field]?.ToJsonString() ?? "absent", $"{_models[0].Location} has {_config[field]?.ToJsonString() ?? "none"}",
                    "Average models of one configuration.");
    }

    private static JsonObject ConfigOf(ModelFiles files)
    {
        _ = ModelConfig.Fields(files); // refuses what is no object
        return JsonNode.Parse(files.Read(ModelConfig.FileName, 1 << 20))!.AsObject();
    }
}
