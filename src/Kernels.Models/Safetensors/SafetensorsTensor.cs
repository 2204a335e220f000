namespace Kernels.Models;

/// <summary>A tensor to be written to a safetensors file.</summary>
/// <param name="Name">Name, unique in the file.</param>
/// <param name="Type">Storage of an element.</param>
/// <param name="Shape">Length of each dimension, outermost first.</param>
/// <param name="Data">The elements, row-major, little-endian.</param>
public sealed record SafetensorsTensor(string Name, ElementType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data);
