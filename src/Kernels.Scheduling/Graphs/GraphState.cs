namespace Kernels.Scheduling;

/// <summary>Rows that outlive a run, one a token, such as the keys of a layer: [tokens, heads, head dim].</summary>
public sealed class GraphState
{
    internal GraphState(int id, string name, int heads, int headDim, ElementType type, int? latest)
    {
        Latest = latest;
        Id = id;
        Name = name;
        Heads = heads;
        HeadDim = headDim;
        Type = type;
    }

    /// <summary>The name it was given.</summary>
    public string Name { get; }

    /// <summary>Heads of a token.</summary>
    public int Heads { get; }

    /// <summary>Channels of a head.</summary>
    public int HeadDim { get; }

    /// <summary>Storage.</summary>
    public ElementType Type { get; }

    /// <summary>How many tokens are held, the latest; null for all.</summary>
    public int? Latest { get; }

    /// <summary>Bytes of one token.</summary>
    public long BytesPerToken => (long)Heads * HeadDim * Type.Size();

    internal int Id { get; }
}
