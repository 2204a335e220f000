using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kernels;

/// <summary>Panel rows stored as signed bytes, in column order.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct Int8Panels : IPanelStorage
{
    /// <inheritdoc/>
    public static int Bits => 8;

    /// <inheritdoc/>
    public static bool IsScaled => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFirst512(byte* row) => Vector512.ConvertToSingle(Widen512(row));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadSecond512(byte* row) => Vector512.ConvertToSingle(Widen512(row + 16));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadFirst256(byte* row) => Vector256.ConvertToSingle(Widen256(row));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadSecond256(byte* row) => Vector256.ConvertToSingle(Widen256(row + 8));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadFirst128(byte* row) => Vector128.ConvertToSingle(Widen128(row));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadSecond128(byte* row) => Vector128.ConvertToSingle(Widen128(row + 4));

    /// <summary>16 signed bytes as 32-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<int> Widen512(byte* bytes) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)bytes))
        : Vector512.Create(Widen256(bytes), Widen256(bytes + 8));

    /// <summary>8 signed bytes as 32-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Widen256(byte* bytes) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32((sbyte*)bytes)
        : Vector256.Create(Widen128(bytes), Widen128(bytes + 4));

    /// <summary>4 signed bytes as 32-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> Widen128(byte* bytes) => Sse41.IsSupported
        ? Sse41.ConvertToVector128Int32((sbyte*)bytes)
        : Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(*(uint*)bytes).AsSByte()));
}
