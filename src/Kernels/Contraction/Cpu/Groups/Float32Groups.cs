using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Values of fp32.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct Float32Groups : IGroupStorage
{
    /// <inheritdoc/>
    public static int Bits => 32;

    /// <inheritdoc/>
    public static bool IsScaled => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* values, long index) => ((float*)values)[index];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(byte* values, long index) => Vector128.Load((float*)values + index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* values, long index) => Vector256.Load((float*)values + index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* values, long index) => Vector512.Load((float*)values + index);
}
