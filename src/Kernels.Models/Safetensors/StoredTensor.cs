namespace Kernels.Models;

/// <summary>A tensor of a model as its users see it, however the file stores it.</summary>
/// <param name="file">The file, for messages.</param>
/// <param name="entry">Name, element type and shape of the values <see cref="Map"/> gives.</param>
internal abstract class StoredTensor(string file, SafetensorsEntry entry)
{
    /// <summary>The file, for messages.</summary>
    public string File => file;

    /// <summary>Name, element type and shape.</summary>
    public SafetensorsEntry Entry => entry;

    /// <summary>The values; the caller disposes them.</summary>
    /// <exception cref="ModelException">The stored form is damaged.</exception>
    public abstract TensorBytes Map();

    /// <summary>How the file stores a matrix of floating-point type.</summary>
    public virtual StoredForm Form => new(WeightFormat.Dense, entry.Type!.Value);

    /// <summary>Which weights are stored; null for all.</summary>
    /// <exception cref="ModelException">The stored form is damaged.</exception>
    public virtual WeightMask? ReadMask() => null;

    /// <summary>The integers of a form of integers; null for others.</summary>
    /// <exception cref="ModelException">The stored form is damaged.</exception>
    public virtual StoredIntegers? ReadIntegers() => null;
}
