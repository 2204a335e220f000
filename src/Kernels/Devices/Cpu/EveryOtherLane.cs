using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Kernels;

/// <summary>Parts neighbours: the even and the odd lanes of two vectors that lie side by side, which generated code needs and the vector types lack.</summary>
/// <remarks>
/// Processors part 128 bits at a time. What that leaves out of order is put in order once, after sums over many pairs of vectors:
/// <see cref="InOrder(Vector256{float})"/> undoes the order of <c>Even</c> and <c>Odd</c> of the same width.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class EveryOtherLane
{
    // Lanes 0 and 2 of either operand's 128 bits, and lanes 1 and 3.
    private const byte Evens = 0b10_00_10_00, Odds = 0b11_01_11_01;

    /// <summary>Lanes 0, 2, … of both vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Even(Vector128<float> near, Vector128<float> far) =>
        Sse.IsSupported ? Sse.Shuffle(near, far, Evens)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipEven(near, far)
        : Vector128.Create(near[0], near[2], far[0], far[2]);

    /// <summary>Lanes 1, 3, … of both vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Odd(Vector128<float> near, Vector128<float> far) =>
        Sse.IsSupported ? Sse.Shuffle(near, far, Odds)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipOdd(near, far)
        : Vector128.Create(near[1], near[3], far[1], far[3]);

    /// <summary>The lanes in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> InOrder(Vector128<float> lanes) => lanes;

    /// <inheritdoc cref="Even(Vector128{float}, Vector128{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Even(Vector256<float> near, Vector256<float> far) =>
        Avx.IsSupported ? Avx.Shuffle(near, far, Evens)
        : Vector256.Create(Even(near.GetLower(), near.GetUpper()), Even(far.GetLower(), far.GetUpper()));

    /// <inheritdoc cref="Odd(Vector128{float}, Vector128{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Odd(Vector256<float> near, Vector256<float> far) =>
        Avx.IsSupported ? Avx.Shuffle(near, far, Odds)
        : Vector256.Create(Odd(near.GetLower(), near.GetUpper()), Odd(far.GetLower(), far.GetUpper()));

    /// <inheritdoc cref="InOrder(Vector128{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> InOrder(Vector256<float> lanes) =>
        Avx.IsSupported ? Vector256.Shuffle(lanes.AsDouble(), Vector256.Create(0L, 2, 1, 3)).AsSingle() : lanes;

    /// <inheritdoc cref="Even(Vector128{float}, Vector128{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Even(Vector512<float> near, Vector512<float> far) =>
        Avx512F.IsSupported ? Avx512F.Shuffle(near, far, Evens)
        : Vector512.Create(Even(near.GetLower(), near.GetUpper()), Even(far.GetLower(), far.GetUpper()));

    /// <inheritdoc cref="Odd(Vector128{float}, Vector128{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Odd(Vector512<float> near, Vector512<float> far) =>
        Avx512F.IsSupported ? Avx512F.Shuffle(near, far, Odds)
        : Vector512.Create(Odd(near.GetLower(), near.GetUpper()), Odd(far.GetLower(), far.GetUpper()));

    /// <inheritdoc cref="InOrder(Vector128{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> InOrder(Vector512<float> lanes) =>
        Avx512F.IsSupported ? Vector512.Shuffle(lanes.AsDouble(), Vector512.Create(0L, 2, 4, 6, 1, 3, 5, 7)).AsSingle()
        : Vector512.Create(InOrder(lanes.GetLower()), InOrder(lanes.GetUpper()));
}
