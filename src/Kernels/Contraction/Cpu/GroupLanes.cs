using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kernels;

/// <summary>
/// Columns of a group of activations by position, for N:M weights: groups of four lie in every 128-bit lane of a vector, larger ones in memory. Only
/// the low bits of a position count, as many as a group needs. Called by generated code.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class GroupLanes
{
    /// <summary>The group at <paramref name="group"/> in each of four lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Repeat512(float* group) =>
        Avx512F.IsSupported ? Avx512F.BroadcastVector128ToVector512(group) : Vector512.Create(Repeat256(group), Repeat256(group));

    /// <summary>The group at <paramref name="group"/> in each of two lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Repeat256(float* group) =>
        Avx.IsSupported ? Avx.BroadcastVector128ToVector256(group) : Vector256.Create(Repeat128(group), Repeat128(group));

    /// <summary>The group at <paramref name="group"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Repeat128(float* group) => Vector128.Load(group);

    /// <summary>For each element, the column of its lane's group that the low two bits of <paramref name="columns"/> name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Select512(Vector512<float> groups, Vector512<uint> columns) =>
        Avx512F.IsSupported
            ? Avx512F.PermuteVar4x32(groups, columns.AsInt32())
            : Vector512.Create(Select256(groups.GetLower(), columns.GetLower()), Select256(groups.GetUpper(), columns.GetUpper()));

    /// <inheritdoc cref="Select512"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Select256(Vector256<float> groups, Vector256<uint> columns) =>
        Avx.IsSupported
            ? Avx.PermuteVar(groups, columns.AsInt32())
            : Vector256.Create(Select128(groups.GetLower(), columns.GetLower()), Select128(groups.GetUpper(), columns.GetUpper()));

    /// <inheritdoc cref="Select512"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Select128(Vector128<float> groups, Vector128<uint> columns) =>
        Avx.IsSupported
            ? Avx.PermuteVar(groups, columns.AsInt32())
            : Vector128.Shuffle(groups, (columns & Vector128.Create(3u)).AsInt32());

    /// <summary>Each of four activations twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Twice256(Vector128<float> four) =>
        Avx2.IsSupported
            ? Avx2.PermuteVar8x32(four.ToVector256Unsafe(), Vector256.Create(0, 0, 1, 1, 2, 2, 3, 3))
            : Vector256.Create(Vector128.Create(four[0], four[0], four[1], four[1]), Vector128.Create(four[2], four[2], four[3], four[3]));

    /// <summary>For each element, the one of eight columns from <paramref name="group"/> on that the low three bits of <paramref name="columns"/> name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SelectOf8(float* group, Vector512<uint> columns) =>
        Avx512F.IsSupported
            ? Avx512F.PermuteVar16x32(Vector512.Create(Vector256.Load(group)), columns.AsInt32()) // whatever the fourth bit is
            : Vector512.Create(SelectOf8(group, columns.GetLower()), SelectOf8(group, columns.GetUpper()));

    /// <inheritdoc cref="SelectOf8(float*, Vector512{uint})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SelectOf8(float* group, Vector256<uint> columns) =>
        Avx2.IsSupported
            ? Avx2.PermuteVar8x32(Vector256.Load(group), columns.AsInt32())
            : Vector256.Create(SelectOf8(group, columns.GetLower()), SelectOf8(group, columns.GetUpper()));

    /// <inheritdoc cref="SelectOf8(float*, Vector512{uint})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SelectOf8(float* group, Vector128<uint> columns) => Gather(group, columns & Vector128.Create(7u));

    /// <summary>For each element, the one of 16 columns from <paramref name="group"/> on that the low four bits of <paramref name="columns"/> name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SelectOf16(float* group, Vector512<uint> columns) =>
        Avx512F.IsSupported
            ? Avx512F.PermuteVar16x32(Vector512.Load(group), columns.AsInt32())
            : Vector512.Create(SelectOf16(group, columns.GetLower()), SelectOf16(group, columns.GetUpper()));

    /// <inheritdoc cref="SelectOf16(float*, Vector512{uint})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SelectOf16(float* group, Vector256<uint> columns) =>
        Avx2.IsSupported
            ? Avx.BlendVariable(SelectOf8(group, columns), SelectOf8(group + 8, columns), (columns << 28).AsSingle()) // by the sign
            : Vector256.Create(SelectOf16(group, columns.GetLower()), SelectOf16(group, columns.GetUpper()));

    /// <inheritdoc cref="SelectOf16(float*, Vector512{uint})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SelectOf16(float* group, Vector128<uint> columns) => Gather(group, columns & Vector128.Create(15u));

    /// <summary>For each element, the one of 32 columns from <paramref name="group"/> on that the low five bits of <paramref name="columns"/> name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SelectOf32(float* group, Vector512<uint> columns) =>
        Avx512F.IsSupported
            ? Avx512F.PermuteVar16x32x2(Vector512.Load(group), columns.AsInt32(), Vector512.Load(group + 16))
            : Vector512.Create(SelectOf32(group, columns.GetLower()), SelectOf32(group, columns.GetUpper()));

    /// <inheritdoc cref="SelectOf32(float*, Vector512{uint})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SelectOf32(float* group, Vector256<uint> columns) =>
        Avx2.IsSupported
            ? Avx.BlendVariable(SelectOf16(group, columns), SelectOf16(group + 16, columns), (columns << 27).AsSingle())
            : Vector256.Create(SelectOf32(group, columns.GetLower()), SelectOf32(group, columns.GetUpper()));

    /// <inheritdoc cref="SelectOf32(float*, Vector512{uint})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SelectOf32(float* group, Vector128<uint> columns) => Gather(group, columns & Vector128.Create(31u));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Gather(float* group, Vector128<uint> columns) =>
        Vector128.Create(group[columns[0]], group[columns[1]], group[columns[2]], group[columns[3]]);
}
