using Kernels.Cli.Commands;
using Kernels.Cli.Errors;
using Kernels.Models;

namespace Kernels.Cli.Running;

/// <summary>A device with what was asked for on it and, where they are compared, the dense way beside it.</summary>
internal sealed class Bench : IDisposable
{
    private readonly SharedSettings _settings;
    private readonly bool _compares;
    private readonly Stack<IDisposable> _owned = new();
    private readonly LoadedWeights _weights, _denseWeights;
    private long _allocatedWhenPlanned;

    /// <summary>Opens the device and loads the model.</summary>
    /// <exception cref="InputException">The device or the sample model is not there.</exception>
    /// <exception cref="ModelException">The model is damaged or not supported.</exception>
    public Bench(SharedSettings settings, bool compares)
    {
        _settings = settings;
        _compares = compares;
        try
        {
            var files = settings.Model is null ? Sample.Files : ModelFiles.InFolder(settings.Model);
            Device = Own(DeviceChoice.Open(settings.Device, settings.Threads));
            _weights = Own(new LoadedWeights(files, Device, settings.Weights));
            _denseWeights = compares && !settings.Weights.KeepsWeights
                ? Own(new LoadedWeights(files, Device, WeightMethod.Dense))
                : _weights;
            Attention = WithGates(settings);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where it runs.</summary>
    public Device Device { get; }

    /// <summary>Name of the model in reports.</summary>
    public string ModelName => _settings.Model ?? Sample.Name;

    /// <summary>The model, with the weights that were asked for.</summary>
    public LanguageModel Model => _weights.Model;

    /// <summary>The attention that was asked for, with its gates, and the centroids it was given by <see cref="Learn"/>.</summary>
    public AttentionMethod Attention { get; private set; }

    /// <summary>Text to tokens and back.</summary>
    public TextTokenizer Tokenizer => _weights.Model.Tokenizer;

    /// <summary>Tokens the model may hold.</summary>
    public int ContextLength => _weights.Model.ContextLength;

    /// <summary>What was asked for; planned by <see cref="Plan"/>.</summary>
    public Contender Asked { get; private set; } = null!;

    /// <summary>Dense attention and dense weights; null where nothing is compared.</summary>
    public Contender? Dense { get; private set; }

    /// <summary>Learns centroids from <paramref name="tokens"/>, where the attention that was asked for routes to clusters.</summary>
    public void Learn(IReadOnlyList<int> tokens, CancellationToken cancellation)
    {
        var headDim = Model.Config.HeadDim;
        if (Attention.NeedsCentroids(headDim))
            Attention = Attention with { Centroids = AttentionCentroids.Learn(Model, Attention.Prefill(headDim), tokens, cancellation) };
    }

    /// <summary>Plans the sessions.</summary>
    /// <param name="length">Tokens they must hold.</param>
    /// <param name="everyPosition">Whether the logits of every position are needed.</param>
    /// <param name="singly">Whether the text is read token by token, as it would be generated.</param>
    public void Plan(int length, bool everyPosition, bool singly = false)
    {
        var options = new SessionOptions { Length = length, Attention = Attention, EveryPosition = everyPosition };
        if (singly) options = options with { ChunkLength = 1 };
        Asked = Own(new Contender(_weights, options));
        if (_compares) Dense = Own(new Contender(_denseWeights, options with { Attention = AttentionMethod.Dense }));
        _allocatedWhenPlanned = Device.AllocatedBytes;
    }

    /// <summary>Lets every session compile what it runs on the opening of <paramref name="tokens"/>.</summary>
    public void WarmUp(IReadOnlyList<int> tokens)
    {
        Asked.WarmUp(tokens);
        Dense?.WarmUp(tokens);
    }

    /// <summary>Most bytes <paramref name="contender"/> held at once: what it held when planned, and whatever running took on top.</summary>
    public long PeakBytes(Contender contender) =>
        contender.HeldBytes + Math.Max(0, Device.PeakAllocatedBytes - _allocatedWhenPlanned);

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_owned.TryPop(out var resource)) resource.Dispose();
    }

    private AttentionMethod WithGates(SharedSettings settings)
    {
        var needs = settings.Attention.NeedsGates(Model.Config.HeadDim);
        if (settings.Gate is null)
            return needs
                ? throw new UsageException($"--attention {settings.Attention} selects keys by a learned gate; add --gate FILE (kernels distill-gate makes one).")
                : settings.Attention;
        return needs
            ? settings.Attention with { Gates = AttentionGates.Load(settings.Gate, Model.Config) }
            : throw new UsageException($"--gate was given, but --attention {settings.Attention} selects by none; leave it out, or choose seer or seer-r.");
    }

    private T Own<T>(T resource) where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }
}
