using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kernels.Training.Numerics;

namespace Kernels.Training.Layers;

/// <summary>−ln softmax(logits)[target], row by row. The vocabulary is a multiple of 16.</summary>
internal static unsafe class CrossEntropy
{
    /// <summary>
    /// Returns the summed loss in nats and replaces the logits by their gradient times <paramref name="factor"/>:
    /// (softmax − one-hot)·factor.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Differentiate(float* logits, ReadOnlySpan<byte> targets, int vocabulary, float factor)
    {
        double loss = 0;
        for (var row = 0; row < targets.Length; row++, logits += vocabulary)
        {
            var largest = Vector512.Load(logits);
            for (var c = 16; c < vocabulary; c += 16) largest = Vector512.Max(largest, Vector512.Load(logits + c));
            var maximum = largest[0];
            for (var lane = 1; lane < 16; lane++) maximum = MathF.Max(maximum, largest[lane]);
            var target = logits[targets[row]];
            var shift = Vector512.Create(maximum);
            var sums = Vector512<float>.Zero;
            for (var c = 0; c < vocabulary; c += 16)
            {
                var e = VectorMath.Exp(Vector512.Load(logits + c) - shift);
                sums += e;
                e.Store(logits + c);
            }

            var sum = Vector512.Sum(sums);
            loss += Math.Log(sum) + maximum - target;
            var scale = Vector512.Create(factor / sum);
            for (var c = 0; c < vocabulary; c += 16) (Vector512.Load(logits + c) * scale).Store(logits + c);
            logits[targets[row]] -= factor;
        }

        return loss;
    }
}
