using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kernels;

/// <summary>Values of four bits in two's complement, the first in the low half of a byte.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct Int4Groups : IGroupStorage
{
    /// <inheritdoc/>
    public static int Bits => 4;

    /// <inheritdoc/>
    public static bool IsScaled => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* values, long index) => (sbyte)(values[index / 2] << (4 - (int)(index & 1) * 4)) >> 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(byte* values, long index) => Avx2.IsSupported
        ? Vector128.ConvertToSingle(Avx2.ShiftLeftLogicalVariable(Vector128.Create((int)*(ushort*)(values + index / 2)), Vector128.Create(28u, 24, 20, 16)) >> 28)
        : Vector128.Create(Load(values, index), Load(values, index + 1), Load(values, index + 2), Load(values, index + 3));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* values, long index) => Avx2.IsSupported
        ? Vector256.ConvertToSingle(Avx2.ShiftLeftLogicalVariable(Vector256.Create(*(int*)(values + index / 2)), Vector256.Create(28u, 24, 20, 16, 12, 8, 4, 0)) >> 28)
        : Vector256.Create(Load128(values, index), Load128(values, index + 4));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* values, long index) => Vector512.Create(Load256(values, index), Load256(values, index + 8));
}
