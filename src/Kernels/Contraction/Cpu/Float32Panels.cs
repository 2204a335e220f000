using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Panel rows stored as fp32, in column order.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct Float32Panels : IPanelStorage
{
    /// <inheritdoc/>
    public static int Bits => 32;

    /// <inheritdoc/>
    public static bool IsScaled => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFirst512(byte* row) => Vector512.Load((float*)row);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadSecond512(byte* row) => Vector512.Load((float*)row + 16);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadFirst256(byte* row) => Vector256.Load((float*)row);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadSecond256(byte* row) => Vector256.Load((float*)row + 8);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadFirst128(byte* row) => Vector128.Load((float*)row);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadSecond128(byte* row) => Vector128.Load((float*)row + 4);
}
