using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kernels;

/// <summary>Neighbouring words of 16 bits, each in the low half of one of 32.</summary>
internal static unsafe class HalfWords
{
    /// <summary>Four words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Widen128(ushort* words) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)words).AsUInt16());

    /// <summary>Eight words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Widen256(ushort* words) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(words).AsUInt32()
        : Vector256.Create(Widen128(words), Widen128(words + 4));

    /// <summary>Sixteen words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Widen512(ushort* words) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512UInt32(Vector256.Load(words))
        : Vector512.Create(Widen256(words), Widen256(words + 8));
}
