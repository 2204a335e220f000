namespace Kernels.Scheduling;

/// <summary>A constant matrix of a graph, read from wherever it lives when a device first needs it.</summary>
public abstract class Weight
{
    /// <summary>Describes the matrix.</summary>
    /// <param name="name">Name in messages and explanations.</param>
    /// <param name="type">Storage of an element.</param>
    /// <param name="rows">Rows; 1 for a vector.</param>
    /// <param name="columns">Columns.</param>
    protected Weight(string name, ElementType type, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        Name = name;
        Type = type;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>Name in messages and explanations.</summary>
    public string Name { get; }

    /// <summary>Storage of an element.</summary>
    public ElementType Type { get; }

    /// <summary>Rows; 1 for a vector.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Bytes of the elements.</summary>
    public long ByteLength => (long)Rows * Columns * Type.Size();

    /// <summary>Address of the elements where they stay put as long as this object is alive (a mapped file); else null.</summary>
    public virtual unsafe byte* Mapped => null;

    /// <summary>Hands the elements to <paramref name="reader"/>.</summary>
    public abstract void Read(WeightReader reader);

    /// <summary>Hands the matrix to <paramref name="reader"/> with the mask and the integers it is stored with, where it is.</summary>
    public virtual void ReadStored(StoredWeightReader reader) => Read(data => reader(new HostMatrix(data, Type, Rows, Columns)));

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type}[{Rows}, {Columns}]";
}
