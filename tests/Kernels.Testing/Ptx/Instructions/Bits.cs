namespace Kernels.Testing.Ptx;

/// <summary>Reads the low bits of a register as numbers.</summary>
internal static class Bits
{
    /// <summary>The low <paramref name="bytes"/> bytes as a signed number.</summary>
    public static long Signed(ulong bits, int bytes) => (long)(bits << 64 - 8 * bytes) >> 64 - 8 * bytes;

    /// <summary>The low <paramref name="bytes"/> bytes as an unsigned number.</summary>
    public static ulong Unsigned(ulong bits, int bytes) => bits << 64 - 8 * bytes >> 64 - 8 * bytes;

    /// <summary>The bits as a number of <paramref name="type"/>, extended to 64 bits.</summary>
    public static ulong Extend(ulong bits, PtxType type) =>
        type.IsSigned() ? (ulong)Signed(bits, type.Bytes()) : Unsigned(bits, type.Bytes());

    public static float Single(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    public static double Double(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    public static ulong Of(float value) => BitConverter.SingleToUInt32Bits(value);

    public static ulong Of(double value) => BitConverter.DoubleToUInt64Bits(value);
}
