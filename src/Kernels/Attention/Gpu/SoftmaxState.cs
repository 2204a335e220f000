using System.ComponentModel;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;

namespace Kernels;

/// <summary>
/// Softmax of a row in base 2, unnormalised and resumable. In memory a state is the accumulated channels, the maximum and the
/// sum: head dimension + 2 floats.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SoftmaxState
{
    /// <summary>The maximum before the first key: finite, so that no difference of maxima is NaN.</summary>
    public const float Floor = -1e30f;

    /// <summary>The score of a pair that is not visited: its weight is 0 against any maximum from <see cref="Floor"/> up.</summary>
    public const float Excluded = -3e38f;

    /// <summary>Base-2 logarithm of e: scores in natural units times this are scores in base 2.</summary>
    public const float Log2E = 1.44269504f;

    private const float NaturalOf2 = 0.69314718f;

    /// <summary>2^x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Power(float x) => XMath.Exp2(x);

    /// <summary>Factor that makes an accumulator the output; 0 for a row without keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Normaliser(float sum) => sum == 0 ? 0 : 1 / sum;

    /// <summary>Natural logarithm of the softmax denominator; −∞ for a row without keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LogSumExp(float maximum, float sum) =>
        sum == 0 ? float.NegativeInfinity : (maximum + XMath.Log2(sum)) * NaturalOf2;

    /// <summary>The largest of a row's lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Highest(ArrayView<Float4> lanes, int row)
    {
        var (a, b, c, d) = (lanes[4 * row], lanes[4 * row + 1], lanes[4 * row + 2], lanes[4 * row + 3]);
        return XMath.Max(XMath.Max(Highest(a), Highest(b)), XMath.Max(Highest(c), Highest(d)));
    }

    /// <summary>The sum of a row's lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Total(ArrayView<Float4> lanes, int row)
    {
        var (a, b, c, d) = (lanes[4 * row], lanes[4 * row + 1], lanes[4 * row + 2], lanes[4 * row + 3]);
        return a.X + a.Y + a.Z + a.W + (b.X + b.Y + b.Z + b.W) + (c.X + c.Y + c.Z + c.W) + (d.X + d.Y + d.Z + d.W);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Highest(Float4 a) => XMath.Max(XMath.Max(a.X, a.Y), XMath.Max(a.Z, a.W));
}
