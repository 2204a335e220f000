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
}
