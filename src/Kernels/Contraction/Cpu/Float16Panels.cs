using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>
/// Panel rows stored as binary16, in the order of <see cref="BFloat16Panels"/>. .NET has no vector conversion from binary16:
/// exponent and significand are moved to their fp32 places and rescaled by 2¹¹², which is exact for subnormals too;
/// infinities and NaN then need their exponent filled.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct Float16Panels : IPanelStorage
{
    private const uint Magnitude = 0x0FFFE000, Sign = 0x80000000, InfinityMoved = 0x0F800000, Infinity = 0x7F800000;
    private const float Rescale = 5.192296858534828e33f; // 2¹¹²

    /// <inheritdoc/>
    public static int Bits => 16;

    /// <inheritdoc/>
    public static bool IsScaled => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFirst512(byte* row) => Convert(Vector512.Load((uint*)row));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadSecond512(byte* row)
    {
        var words = Vector512.Load((uint*)row);
        return Convert(words >> 3, words);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadFirst256(byte* row) => Convert(Vector256.Load((uint*)row));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadSecond256(byte* row)
    {
        var words = Vector256.Load((uint*)row);
        return Convert(words >> 3, words);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadFirst128(byte* row) => Convert(Vector128.Load((uint*)row));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadSecond128(byte* row)
    {
        var words = Vector128.Load((uint*)row);
        return Convert(words >> 3, words);
    }

    /// <summary>Words whose low halves are binary16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Convert(Vector512<uint> words) => Convert(words << 13, words << 16);

    /// <inheritdoc cref="Convert(Vector512{uint})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Convert(Vector256<uint> words) => Convert(words << 13, words << 16);

    /// <inheritdoc cref="Convert(Vector512{uint})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> Convert(Vector128<uint> words) => Convert(words << 13, words << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Convert(Vector512<uint> moved, Vector512<uint> signed)
    {
        var magnitude = moved & Vector512.Create(Magnitude);
        var value = (magnitude.AsSingle() * Rescale).AsUInt32();
        value |= Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(InfinityMoved)) & Vector512.Create(Infinity);
        return (value | (signed & Vector512.Create(Sign))).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Convert(Vector256<uint> moved, Vector256<uint> signed)
    {
        // Magnitudes fit 31 bits, and before AVX-512 only signed integers compare in one instruction.
        var magnitude = moved & Vector256.Create(Magnitude);
        var value = (magnitude.AsSingle() * Rescale).AsUInt32();
        value |= Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create((int)InfinityMoved - 1)).AsUInt32() & Vector256.Create(Infinity);
        return (value | (signed & Vector256.Create(Sign))).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Convert(Vector128<uint> moved, Vector128<uint> signed)
    {
        var magnitude = moved & Vector128.Create(Magnitude);
        var value = (magnitude.AsSingle() * Rescale).AsUInt32();
        value |= Vector128.GreaterThan(magnitude.AsInt32(), Vector128.Create((int)InfinityMoved - 1)).AsUInt32() & Vector128.Create(Infinity);
        return (value | (signed & Vector128.Create(Sign))).AsSingle();
    }
}
