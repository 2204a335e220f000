using System.Runtime.Intrinsics;

namespace Kernels.Training.Numerics;

/// <summary>Elementwise sums over long runs of floats.</summary>
internal static unsafe class VectorSpans
{
    /// <summary>target += source.</summary>
    public static void Add(float* source, float* target, long length)
    {
        long i = 0;
        for (; i <= length - 16; i += 16) (Vector512.Load(target + i) + Vector512.Load(source + i)).Store(target + i);
        for (; i < length; i++) target[i] += source[i];
    }

    /// <summary>Adds the bias to every row of a [rows, width] block.</summary>
    public static void AddRow(float* bias, float* block, int rows, int width)
    {
        for (var row = 0; row < rows; row++) Add(bias, block + (long)row * width, width);
    }

    /// <summary>Adds the column sums of a [rows, width] block to <paramref name="sums"/>.</summary>
    public static void AddColumns(float* block, float* sums, int rows, int width)
    {
        for (var row = 0; row < rows; row++) Add(block + (long)row * width, sums, width);
    }
}
