using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>
/// Panel rows stored as 4-bit two's complement: byte i holds column i in its low half and column i + half a row in its high half, so
/// that a sign-extended byte gives both with shifts.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct Int4Panels : IPanelStorage
{
    private const int Upper = 28, Lower = 4;

    /// <inheritdoc/>
    public static int Bits => 4;

    /// <inheritdoc/>
    public static bool IsScaled => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFirst512(byte* row) => Vector512.ConvertToSingle(Int8Panels.Widen512(row) << Upper >> Upper);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadSecond512(byte* row) => Vector512.ConvertToSingle(Int8Panels.Widen512(row) >> Lower);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadFirst256(byte* row) => Vector256.ConvertToSingle(Int8Panels.Widen256(row) << Upper >> Upper);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadSecond256(byte* row) => Vector256.ConvertToSingle(Int8Panels.Widen256(row) >> Lower);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadFirst128(byte* row) => Vector128.ConvertToSingle(Int8Panels.Widen128(row) << Upper >> Upper);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadSecond128(byte* row) => Vector128.ConvertToSingle(Int8Panels.Widen128(row) >> Lower);
}
