using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kernels.Training.Numerics;

namespace Kernels.Training.Layers;

/// <summary>y = silu(gate)·up for rows [gate | up], with its gradient. The inner width is a multiple of 16.</summary>
internal static unsafe class SwiGlu
{
    /// <summary>Writes y [rows, inner] from [rows, 2·inner].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* gateUp, float* y, int rows, int inner)
    {
        for (var row = 0; row < rows; row++, gateUp += 2 * inner, y += inner)
        for (var c = 0; c < inner; c += 16)
        {
            var gate = Vector512.Load(gateUp + c);
            (gate * VectorMath.Sigmoid(gate) * Vector512.Load(gateUp + inner + c)).Store(y + c);
        }
    }

    /// <summary>Writes [d gate | d up]: d up = dy·silu(gate), d gate = dy·up·σ·(1 + gate·(1 − σ)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(float* gateUp, float* outputGradient, float* inputGradient, int rows, int inner)
    {
        for (var row = 0; row < rows; row++, gateUp += 2 * inner, inputGradient += 2 * inner, outputGradient += inner)
        for (var c = 0; c < inner; c += 16)
        {
            var gate = Vector512.Load(gateUp + c);
            var up = Vector512.Load(gateUp + inner + c);
            var dy = Vector512.Load(outputGradient + c);
            var sigma = VectorMath.Sigmoid(gate);
            (dy * up * sigma * Vector512.FusedMultiplyAdd(gate, Vector512<float>.One - sigma, Vector512<float>.One)).Store(inputGradient + c);
            (dy * gate * sigma).Store(inputGradient + inner + c);
        }
    }
}
