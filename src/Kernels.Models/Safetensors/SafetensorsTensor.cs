namespace Kernels.Models;

/// <summary>A tensor to be written to a safetensors file.</summary>
/// <param name="Name">Name, unique in the file.</param>
/// <param name="DataType">Element type as the file names it: <c>F32</c>, <c>BF16</c>, <c>U8</c>, <c>I64</c>, …</param>
/// <param name="Shape">Length of each dimension, outermost first.</param>
/// <param name="Data">The elements, row-major, little-endian.</param>
public sealed record SafetensorsTensor(string Name, string DataType, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>A tensor in a storage kernels read.</summary>
    public SafetensorsTensor(string name, ElementType type, IReadOnlyList<long> shape, ReadOnlyMemory<byte> data)
        : this(name, SafetensorsEntry.NameOf(type), shape, data)
    {
    }
}
