using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels.Training.Layers;

/// <summary>y = x·gain ÷ √(mean(x²) + ε), row by row, with its gradient. The width is a multiple of 16.</summary>
internal static unsafe class RmsNorm
{
    /// <summary>Writes y [rows, width] and the reciprocal root mean square of each row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* x, float* gain, float epsilon, float* y, float* inverse, int rows, int width)
    {
        for (var row = 0; row < rows; row++, x += width, y += width)
        {
            var squares = Vector512<float>.Zero;
            for (var c = 0; c < width; c += 16)
            {
                var v = Vector512.Load(x + c);
                squares = Vector512.FusedMultiplyAdd(v, v, squares);
            }

            var r = 1f / MathF.Sqrt(Vector512.Sum(squares) / width + epsilon);
            inverse[row] = r;
            var factor = Vector512.Create(r);
            for (var c = 0; c < width; c += 16) (Vector512.Load(x + c) * factor * Vector512.Load(gain + c)).Store(y + c);
        }
    }

    /// <summary>
    /// Adds dx = r·(dy∘gain) − x·r³·mean(dy∘gain∘x) to <paramref name="inputGradient"/> and Σ dy∘x·r to <paramref name="gainGradient"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(
        float* x, float* gain, float* inverse, float* outputGradient, float* inputGradient, float* gainGradient, int rows, int width)
    {
        for (var row = 0; row < rows; row++, x += width, outputGradient += width, inputGradient += width)
        {
            var r = inverse[row];
            var factor = Vector512.Create(r);
            var sum = Vector512<float>.Zero;
            for (var c = 0; c < width; c += 16)
            {
                var dyx = Vector512.Load(outputGradient + c) * Vector512.Load(x + c);
                sum = Vector512.FusedMultiplyAdd(dyx, Vector512.Load(gain + c), sum);
                Vector512.FusedMultiplyAdd(dyx, factor, Vector512.Load(gainGradient + c)).Store(gainGradient + c);
            }

            var shift = Vector512.Create(-r * r * r * Vector512.Sum(sum) / width);
            for (var c = 0; c < width; c += 16)
            {
                var direct = Vector512.Load(outputGradient + c) * Vector512.Load(gain + c) * factor;
                var through = Vector512.FusedMultiplyAdd(Vector512.Load(x + c), shift, direct);
                (Vector512.Load(inputGradient + c) + through).Store(inputGradient + c);
            }
        }
    }
}
