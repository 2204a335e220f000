using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Kernels.Models;

/// <summary>
/// A model folder that appears whole or not at all: shards are written to a folder beside it, which is renamed at the end and can
/// be gone on with until then.
/// </summary>
internal sealed class OutputFolder
{
    private const string StateFile = "unfinished.json", Index = "model.safetensors.index.json";
    private static readonly string[] Copied =
        ["tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json", "generation_config.json"];

    private readonly string _path, _partial;
    private readonly int _shards;
    private readonly SortedDictionary<string, string> _map = new(StringComparer.Ordinal);

    /// <summary>Starts the folder or goes on with it.</summary>
    /// <param name="path">The folder to make; it must not exist.</param>
    /// <param name="request">Everything the result depends on.</param>
    /// <param name="shards">Shards the model will have.</param>
    /// <exception cref="ModelException">The folder exists, or unfinished work beside it is of another request.</exception>
    public OutputFolder(string path, string request, int shards)
    {
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        _partial = _path + ".partial";
        _shards = shards;
        RequireAbsent(path);
        State = new CompressionState(request, 0, 0, 0, []);
        if (!File.Exists(In(StateFile)))
        {
            if (Path.Exists(_partial))
                throw new ModelException(_partial, "folder", "in use", "unfinished work is kept there", "Move it away, or choose another output.");
            return;
        }

        var found = ReadState();
        if (found.Request != request)
            throw new ModelException(_partial, "unfinished work", found.Request, $"this request is {request}", "Repeat that request to go on, or delete the folder to start anew.");
        State = found;
        for (var shard = 0; shard < State.Layers; shard++)
        {
            using var file = Open(shard);
            foreach (var entry in file.Entries) _map[entry.Name] = ShardName(shard);
        }
    }

    /// <summary>What has been done.</summary>
    public CompressionState State { get; private set; }

    /// <summary>Opens a shard that is whole.</summary>
    public SafetensorsFile Open(int shard) => SafetensorsFile.Open(In(ShardName(shard)));

    /// <summary>Writes a shard, then the state that says so.</summary>
    public void Add(int shard, IReadOnlyList<SafetensorsTensor> tensors, CompressionState state)
    {
        if (!Directory.Exists(_partial))
        {
            Directory.CreateDirectory(_partial);
            Write(StateFile, JsonSerializer.SerializeToUtf8Bytes(State, CompressionJson.Default.CompressionState));
        }

        SafetensorsWriter.Write(In(ShardName(shard)), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        foreach (var tensor in tensors) _map[tensor.Name] = ShardName(shard);
        Write(StateFile, JsonSerializer.SerializeToUtf8Bytes(state, CompressionJson.Default.CompressionState));
        State = state;
    }

    /// <summary>Copies what turns text to tokens and back.</summary>
    public void CopyTokenizer(ModelFiles source)
    {
        foreach (var file in Copied)
            if (source.Has(file)) Write(file, source.Read(file, 256 << 20));
    }

    /// <summary>Writes index and configuration; the model can then be read where it is.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="storage">How the weights are stored, which the configuration is told; null where it says so already.</param>
    public ModelFiles Assemble(JsonObject config, SparseStorage? storage = null)
    {
        if (storage is not null) config["quantization_config"] = storage.Describe();
        Write(ModelConfig.FileName, JsonSerializer.SerializeToUtf8Bytes(config));
        Write(Index, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["metadata"] = new Dictionary<string, string>(), ["weight_map"] = _map }));
        return ModelFiles.InFolder(_partial);
    }

    /// <summary>Writes the report and puts the folder in place.</summary>
    public void Complete<TReport>(string file, TReport report, JsonTypeInfo<TReport> type)
    {
        Write(file, JsonSerializer.SerializeToUtf8Bytes(report, type));
        RequireAbsent(_path);
        foreach (var leftover in Directory.EnumerateFiles(_partial, "*.tmp")) File.Delete(leftover);
        File.Delete(In(StateFile));
        Directory.Move(_partial, _path);
    }

    private void RequireAbsent(string path)
    {
        if (Path.Exists(_path))
            throw new ModelException(path, "output folder", "there already", "it is made whole or not at all", "Name a folder that does not exist.");
    }

    private CompressionState ReadState()
    {
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(In(StateFile)), CompressionJson.Default.CompressionState);
            if (state is { Request: not null, Tensors: not null, Layers: >= 0 } && state.Layers <= _shards) return state;
        }
        catch (JsonException)
        {
            // Refused below like any other content.
        }

        throw new ModelException(In(StateFile), "content", "damaged", "it records unfinished work", "Delete the folder to start anew.");
    }

    private void Write(string file, byte[] content) => WholeFile.Write(In(file), stream => stream.Write(content));

    private string ShardName(int shard) => $"model-{shard + 1:D5}-of-{_shards:D5}.safetensors";

    private string In(string file) => Path.Combine(_partial, file);
}
