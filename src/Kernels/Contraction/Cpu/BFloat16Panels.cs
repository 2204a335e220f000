using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>
/// Panel rows stored as bfloat16: word i holds column i in its low half and column i + half a row in its high half, so that
/// either half becomes fp32 with one shift or mask.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct BFloat16Panels : IPanelStorage
{
    /// <inheritdoc/>
    public static int Bits => 16;

    /// <inheritdoc/>
    public static bool IsScaled => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFirst512(byte* row) => (Vector512.Load((uint*)row) << 16).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadSecond512(byte* row) => (Vector512.Load((uint*)row) & Vector512.Create(0xFFFF0000u)).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadFirst256(byte* row) => (Vector256.Load((uint*)row) << 16).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadSecond256(byte* row) => (Vector256.Load((uint*)row) & Vector256.Create(0xFFFF0000u)).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadFirst128(byte* row) => (Vector128.Load((uint*)row) << 16).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadSecond128(byte* row) => (Vector128.Load((uint*)row) & Vector128.Create(0xFFFF0000u)).AsSingle();
}
