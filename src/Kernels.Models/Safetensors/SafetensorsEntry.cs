namespace Kernels.Models;

/// <summary>One tensor of a safetensors file, as its checked header describes it.</summary>
/// <param name="Name">Name, unique in the file.</param>
/// <param name="DataType">Element type as written: <c>F32</c>, <c>BF16</c>, <c>F16</c>, <c>I64</c>, …</param>
/// <param name="Shape">Length of each dimension, outermost first; empty for a scalar.</param>
/// <param name="Offset">First byte, counted from the start of the file.</param>
/// <param name="ByteLength">Bytes of the tensor.</param>
public sealed record SafetensorsEntry(string Name, string DataType, IReadOnlyList<long> Shape, long Offset, long ByteLength)
{
    /// <summary>The storage kernels read, or null for element types they do not.</summary>
    public ElementType? Type => DataType switch
    {
        "F32" => ElementType.Float32,
        "BF16" => ElementType.BFloat16,
        "F16" => ElementType.Float16,
        "I32" => ElementType.Int32,
        _ => null,
    };

    /// <summary>The name files give a storage.</summary>
    internal static string NameOf(ElementType type) => type switch
    {
        ElementType.Float32 => "F32",
        ElementType.BFloat16 => "BF16",
        ElementType.Float16 => "F16",
        _ => "I32",
    };

    /// <inheritdoc/>
    public override string ToString() => $"{DataType}[{string.Join(", ", Shape)}]";
}
