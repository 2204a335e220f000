namespace Kernels.Testing.Ptx;

/// <summary>Groups of a grid or threads of a group.</summary>
public readonly record struct Extent(int X, int Y = 1, int Z = 1)
{
    /// <summary>Elements.</summary>
    public int Count => checked(X * Y * Z);

    /// <summary>One dimension.</summary>
    public static implicit operator Extent(int x) => new(x);

    /// <summary>The position of element <paramref name="index"/>, x fastest.</summary>
    public Extent At(int index) => new(index % X, index / X % Y, index / X / Y);

    /// <inheritdoc/>
    public override string ToString() => $"({X}, {Y}, {Z})";
}
