namespace Kernels.Models;

/// <summary>The named tensors of a model: one <c>model.safetensors</c>, or shards listed by <c>model.safetensors.index.json</c>.</summary>
/// <remarks>Views handed out must be disposed before this.</remarks>
public sealed class ModelTensors : IDisposable
{
    /// <summary>The file of a model that is not sharded.</summary>
    internal const string Single = "model.safetensors";

    private const string Index = "model.safetensors.index.json";
    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, StoredTensor> _tensors = [];

    private ModelTensors(string location) => Location = location;

    /// <summary>Where the tensors come from, for messages.</summary>
    public string Location { get; }

    /// <summary>Names of the tensors.</summary>
    public IEnumerable<string> Names => _tensors.Keys;

    /// <summary>Opens and checks every file.</summary>
    /// <exception cref="ModelException">A file is missing, damaged, or the index does not match the shards.</exception>
    public static ModelTensors Open(ModelFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var tensors = new ModelTensors(files.Location);
        try
        {
            if (files.Has(Single)) tensors.AddAll(files.OpenTensors(Single));
            else if (files.Has(Index)) tensors.AddShards(files);
            else
                throw new ModelException(files.Location, Single, "missing", $"{Single} or {Index} is required",
                    "Check the folder; other formats must first be converted to safetensors.");
            CompressedTensors.Replace(tensors._tensors, QuantizationOf(files));
            return tensors;
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>The tensors of files opened elsewhere, which this then owns.</summary>
    public static ModelTensors Of(SafetensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var tensors = new ModelTensors(file.Name);
        tensors.AddAll(file);
        try
        {
            CompressedTensors.Replace(tensors._tensors, null);
            return tensors;
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>Whether a tensor of that name is there.</summary>
    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>The entry of a tensor that is there.</summary>
    internal SafetensorsEntry Entry(string name) => _tensors[name].Entry;

    /// <summary>A tensor that is there, as its file stores it.</summary>
    internal StoredTensor Stored(string name) => _tensors[name];

    /// <summary>The values of a floating-point tensor that is there.</summary>
    internal (SafetensorsEntry Entry, float[] Values) ReadFloats(string name)
    {
        using var bytes = Map(name);
        return (Entry(name), FloatStorage.Decode(bytes.Span, Entry(name).Type!.Value));
    }

    /// <summary>The checked entry of a tensor kernels can read.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <exception cref="ModelException">It is missing, or has another shape, or an element type kernels do not read.</exception>
    public SafetensorsEntry Require(string name, params ReadOnlySpan<long> shape)
    {
        var wanted = $"[{string.Join(", ", shape.ToArray())}]";
        if (!_tensors.TryGetValue(name, out var found))
            throw new ModelException(Location, $"tensor '{name}'", "missing", $"config.json calls for one of shape {wanted}",
                "Fetch the model again, or correct config.json.");
        var entry = found.Entry;
        if (!entry.Shape.SequenceEqual(shape.ToArray()))
            throw new ModelException(found.File, $"shape of tensor '{name}'", $"[{string.Join(", ", entry.Shape)}]", $"config.json calls for {wanted}",
                "Fetch the model again, or correct config.json.");
        if (entry.Type is null or ElementType.Int32)
            throw new ModelException(found.File, $"dtype of tensor '{name}'", entry.DataType, "weights are read as F32, BF16 or F16",
                "Convert the model to one of these.");
        return entry;
    }

    /// <summary>Maps the bytes of a tensor, decoded where it is stored compressed; the caller disposes the view.</summary>
    /// <exception cref="ModelException">A compressed tensor is damaged.</exception>
    public TensorBytes Map(string name) => _tensors[name].Map();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
        _files.Clear();
        _tensors.Clear();
    }

    private static QuantizationConfig? QuantizationOf(ModelFiles files) =>
        files.Has(ModelConfig.FileName) ? QuantizationConfig.Read(ModelConfig.Fields(files)) : null;

    private void AddAll(SafetensorsFile file)
    {
        _files.Add(file);
        foreach (var entry in file.Entries) _tensors.Add(entry.Name, new FileTensor(file, entry));
    }

    private void AddShards(ModelFiles files)
    {
        var name = files.NameOf(Index);
        var fields = JsonFields.Parse(name, files.Read(Index, 64 << 20));
        var map = fields.Object("weight_map") ?? throw fields.Refuse("weight_map", "missing", "it names the file of every tensor");
        var shards = new Dictionary<string, SafetensorsFile>();
        foreach (var tensor in map.Names)
        {
            var shard = map.Text(tensor) ?? throw map.Refuse(tensor, "null", "the name of a file is required");
            if (!shards.TryGetValue(shard, out var file))
            {
                if (shard != Path.GetFileName(shard) || shard.Contains('\\') || !shard.EndsWith(".safetensors", StringComparison.Ordinal))
                    throw map.Refuse(tensor, shard, "shards are *.safetensors files of the same folder", "Do not trust this model.");
                if (!files.Has(shard)) throw map.Refuse(tensor, shard, "there is no such file beside the index", "Fetch the missing shard.");
                _files.Add(file = files.OpenTensors(shard));
                shards.Add(shard, file);
            }

            var entry = file.Find(tensor) ?? throw map.Refuse(tensor, shard, "that file holds no such tensor", "Fetch the model again.");
            _tensors.Add(tensor, new FileTensor(file, entry));
        }
    }
}
