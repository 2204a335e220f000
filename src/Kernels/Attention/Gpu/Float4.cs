using System.ComponentModel;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Kernels;

/// <summary>Four neighbouring channels or keys in a kernel: shared memory is read in 16-byte pieces.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct Float4
{
    /// <summary>The four values.</summary>
    public float X, Y, Z, W;

    /// <summary>Creates a vector.</summary>
    public Float4(float x, float y, float z, float w)
    {
        X = x;
        Y = y;
        Z = z;
        W = w;
    }

    /// <summary><paramref name="sum"/> + <paramref name="a"/> · <paramref name="b"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(Float4 a, Float4 b, float sum) => sum + a.X * b.X + a.Y * b.Y + a.Z * b.Z + a.W * b.W;

    /// <summary>Each of <paramref name="sum"/> + <paramref name="a"/> · one of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Dots(Float4 a, Float4 b0, Float4 b1, Float4 b2, Float4 b3, Float4 sum) =>
        new(Dot(a, b0, sum.X), Dot(a, b1, sum.Y), Dot(a, b2, sum.Z), Dot(a, b3, sum.W));

    /// <summary><paramref name="sum"/> + <paramref name="factor"/>·<paramref name="a"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 MultiplyAdd(float factor, Float4 a, Float4 sum) =>
        new(sum.X + factor * a.X, sum.Y + factor * a.Y, sum.Z + factor * a.Z, sum.W + factor * a.W);

    /// <summary><paramref name="factor"/>·<paramref name="a"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Scale(float factor, Float4 a) => new(factor * a.X, factor * a.Y, factor * a.Z, factor * a.W);

    /// <summary>The four values from <paramref name="place"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Load(ArrayView<float> source, long place) =>
        new(source[place], source[place + 1], source[place + 2], source[place + 3]);

    /// <summary>The first <paramref name="count"/> (at most four) values from <paramref name="place"/>; the rest are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Load(ArrayView<float> source, long place, int count) => new(
        count > 0 ? source[place] : 0, count > 1 ? source[place + 1] : 0, count > 2 ? source[place + 2] : 0, count > 3 ? source[place + 3] : 0);

    /// <summary>Stores the four values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Float4 a, ArrayView<T> target, long place) where T : unmanaged, IGpuElement<T>
    {
        target[place] = T.FromFloat(a.X);
        target[place + 1] = T.FromFloat(a.Y);
        target[place + 2] = T.FromFloat(a.Z);
        target[place + 3] = T.FromFloat(a.W);
    }

    /// <summary>Stores the first <paramref name="count"/> (at most four) values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Float4 a, ArrayView<T> target, long place, int count) where T : unmanaged, IGpuElement<T>
    {
        if (count > 0) target[place] = T.FromFloat(a.X);
        if (count > 1) target[place + 1] = T.FromFloat(a.Y);
        if (count > 2) target[place + 2] = T.FromFloat(a.Z);
        if (count > 3) target[place + 3] = T.FromFloat(a.W);
    }
}
