namespace Kernels;

/// <summary>How an element is stored. Arithmetic is always fp32.</summary>
public enum ElementType
{
    /// <summary>IEEE 754 binary32, 4 bytes.</summary>
    Float32,

    /// <summary>bfloat16: the upper half of a binary32, 2 bytes.</summary>
    BFloat16,

    /// <summary>IEEE 754 binary16, 2 bytes.</summary>
    Float16,

    /// <summary>Signed 32-bit integer, 4 bytes (token and index tensors).</summary>
    Int32,

    /// <summary>Weights as signed 8-bit integers, one fp32 scale for every group of inputs of an output.</summary>
    Int8,

    /// <summary>Weights as signed 4-bit integers, two in a byte, scaled like <see cref="Int8"/>.</summary>
    Int4,
}
