using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kernels;

/// <summary>Groups of four activations in 128-bit lanes, for N:4 weights; called by generated code.</summary>
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
}
