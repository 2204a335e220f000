namespace Kernels.Scheduling;

/// <summary>Rows that outlive a run and grow with every token, such as the keys of a layer: [tokens, heads, head dim].</summary>
public sealed class GraphState
{
    internal GraphState(int id, string name, int heads, int headDim, ElementType type)
    {
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

    /// <summary>Bytes of one token.</summary>
    public long BytesPerToken => (long)Heads * HeadDim * Type.Size();

    internal int Id { get; }
}
