using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>A Llama-family model on one device: configuration, tokenizer and weights, shared by its sessions.</summary>
/// <remarks>Thread-safe; dispose it after its sessions and before its device.</remarks>
public sealed class LanguageModel : IDisposable
{
    private readonly Lock _planning = new();
    private readonly ModelWeights _weights;
    private readonly WeightStore _store;
    private readonly RotaryTables _rotary;

    private LanguageModel(string name, ModelConfig config, TextTokenizer tokenizer, Device device, ModelWeights weights, WeightMethod method)
    {
        (Name, Config, Tokenizer, Device, WeightMethod) = (name, config, tokenizer, device, method);
        _weights = weights;
        _store = new WeightStore(device);
        _rotary = new RotaryTables(config);
    }

    /// <summary>Where the model came from.</summary>
    public string Name { get; }

    /// <summary>The model's shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>Text to tokens and back.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>Where the weights are and sessions run.</summary>
    public Device Device { get; }

    /// <summary>How projections are stored.</summary>
    public WeightMethod WeightMethod { get; }

    /// <summary>Most tokens a session may hold.</summary>
    public int ContextLength => Config.ContextLength;

    /// <summary>Bytes of weights brought to the device so far; all of them once a session has been created.</summary>
    public long WeightBytes => _store.ByteLength;

    /// <summary>Bytes of <see cref="WeightBytes"/> that are read in place from mapped files and never copied to the device.</summary>
    public long MappedBytes => _store.MappedBytes;

    /// <summary>Loads a Hugging Face style folder.</summary>
    /// <inheritdoc cref="Load(ModelFiles, Device, ModelOptions?)"/>
    public static LanguageModel Load(string folder, Device device, ModelOptions? options = null) =>
        Load(ModelFiles.InFolder(folder), device, options);

    /// <summary>Reads and checks a model; its weights are packed when the first session is created.</summary>
    /// <exception cref="ModelException">A file is missing, damaged or describes a model that is not supported.</exception>
    public static LanguageModel Load(ModelFiles files, Device device, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(device);
        var method = (options ?? new ModelOptions()).Weights;
        var config = ModelConfig.Read(files);
        var tokenizer = TextTokenizer.Read(files);
        if (tokenizer.LargestToken >= config.VocabularySize)
            throw new ModelException(files.Location, "tokenizer", $"a vocabulary up to token {tokenizer.LargestToken}",
                $"config.json gives the model {config.VocabularySize} tokens", "Fetch the model again: its files do not belong together.");
        RequireKernels(files, config.HeadDim);
        return new LanguageModel(files.Location, config, tokenizer, device, new ModelWeights(config, ModelTensors.Open(files)), method);
    }

    /// <summary>Plans a session; the first one packs the weights.</summary>
    /// <exception cref="ModelException">The length is not 1 to <see cref="ContextLength"/>, or another option is out of range.</exception>
    /// <exception cref="SchedulingException">The device cannot run the methods on these shapes.</exception>
    public LanguageSession CreateSession(SessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Length < 1 || options.Length > ContextLength)
            throw new ModelException(Name, "session length", $"{options.Length} tokens", $"the context is 1 to {ContextLength}{WindowNote}",
                "Shorten the prompt, or ask for fewer tokens.");
        var longest = int.MaxValue / Config.HeadDim - RotaryTables.Step;
        if (options.Length > longest)
            throw new ModelException(Name, "session length", $"{options.Length} tokens", $"at most {longest} are supported with heads of {Config.HeadDim}", "Ask for fewer tokens.");
        if (options.ChunkLength < 1)
            throw new ModelException(Name, "chunk length", $"{options.ChunkLength}", "at least 1 is required", "Leave it at its default.");
        var fitted = options with { ChunkLength = Math.Min(options.ChunkLength, options.Length) };
        lock (_planning)
            return new LanguageSession(this, fitted, new ForwardPass(Config, _weights, _store, _rotary.For(options.Length), WeightMethod, fitted));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store.Dispose();
        _weights.Dispose();
    }

    private string WindowNote => Config.SlidingWindow is { } window && window < Config.PositionLimit
        ? $" (the model attends through a sliding window of {window}; longer texts would need it)" : "";

    private static void RequireKernels(ModelFiles files, int headDim)
    {
        try
        {
            Catalog.DenseAttention.Causal.For(headDim);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new ModelException(files.NameOf("config.json"), "head_dim", $"{headDim}",
                $"kernels are declared for {string.Join(", ", Catalog.DenseAttention.Causal.HeadDims)}", "Declare one in Kernels.Catalog, or choose another model.", exception);
        }
    }
}
