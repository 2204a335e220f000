using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows;

/// <summary>A row ready to be checked and timed; owns everything it was built from.</summary>
internal sealed class PreparedRow : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();
    private readonly List<Contender> _baselines = [];
    private readonly List<string> _notes = [];

    /// <summary>The row's own kernel.</summary>
    public Contender Own { get; private set; } = null!;

    /// <summary>Where the own kernel leaves its answer.</summary>
    public DeviceBuffer Output { get; private set; } = null!;

    /// <summary>What it is compared with.</summary>
    public IReadOnlyList<Contender> Baselines => _baselines;

    /// <summary>What a reader of the row must know, such as a baseline that is missing.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Work of one run; asked for after a run, since a sparse selection is known only then.</summary>
    public required Func<RowWork> Work { get; init; }

    /// <summary>Further figures of the row by field name; asked for after the timing.</summary>
    public Func<IReadOnlyDictionary<string, double>> Observations { get; init; } = () => new Dictionary<string, double>();

    /// <summary>Keeps <paramref name="thing"/> until the row is disposed.</summary>
    public T Keep<T>(T thing)
        where T : IDisposable
    {
        _owned.Push(thing);
        return thing;
    }

    /// <summary>Sets the row's own kernel.</summary>
    public void Times(DeviceBuffer output, Action run, Action verify)
    {
        Output = output;
        Own = new Contender("own", run, verify);
    }

    /// <summary>Adds a baseline; one that cannot be built is noted and left out.</summary>
    public void Against(string name, Func<Contender> build)
    {
        try
        {
            _baselines.Add(build() with { Name = name });
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Note($"{name}: {exception.Message}");
        }
    }

    public void Note(string text) => _notes.Add(text);

    public void Dispose()
    {
        while (_owned.Count > 0) _owned.Pop().Dispose();
    }
}
