namespace Kernels.Testing.Ptx;

/// <summary>The elements of A and B in <c>mma</c>.</summary>
internal sealed class MatrixElement(PtxType type)
{
    private static readonly float[] Halves = [.. Enumerable.Range(0, 1 << 16).Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))];

    public int Bytes { get; } = type == PtxType.TF32 ? 4 : type.Bytes();

    /// <summary>Whether sums are kept in 32-bit integers. Products of 8-bit numbers over one instruction are exact in fp32.</summary>
    public bool IsInteger { get; } = !type.IsFloat();

    /// <summary>Element <paramref name="index"/> of a register.</summary>
    public float Decode(ulong register, int index) => type switch
    {
        PtxType.F16 => Halves[(ushort)(register >> 16 * index)],
        PtxType.BF16 => Bits.Single((register >> 16 * index & 0xFFFF) << 16),
        PtxType.TF32 => Bits.Single(register & 0xFFFFE000),
        PtxType.S8 => (sbyte)(register >> 8 * index),
        _ => (byte)(register >> 8 * index),
    };
}
