using System.Numerics;

namespace Kernels.Models;

/// <summary>Products of rows of numbers, in vectors.</summary>
internal static class RowArithmetic
{
    /// <summary>Σ left·right.</summary>
    public static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var (total, i) = (Vector<double>.Zero, 0);
        for (; i <= left.Length - Vector<double>.Count; i += Vector<double>.Count) total += new Vector<double>(left[i..]) * new Vector<double>(right[i..]);
        var sum = Vector.Sum(total);
        for (; i < left.Length; i++) sum += left[i] * right[i];
        return sum;
    }

    /// <summary>Σ left·right.</summary>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var (total, i) = (Vector<float>.Zero, 0);
        for (; i <= left.Length - Vector<float>.Count; i += Vector<float>.Count) total += new Vector<float>(left[i..]) * new Vector<float>(right[i..]);
        var sum = Vector.Sum(total);
        for (; i < left.Length; i++) sum += left[i] * right[i];
        return sum;
    }

    /// <summary>target += factor · source.</summary>
    public static void Add(double factor, ReadOnlySpan<double> source, Span<double> target)
    {
        var (scale, i) = (new Vector<double>(factor), 0);
        for (; i <= source.Length - Vector<double>.Count; i += Vector<double>.Count)
            (new Vector<double>(target[i..]) + scale * new Vector<double>(source[i..])).CopyTo(target[i..]);
        for (; i < source.Length; i++) target[i] += factor * source[i];
    }
}
