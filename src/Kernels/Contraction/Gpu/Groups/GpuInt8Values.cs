using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>Values of signed bytes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuInt8Values : IGpuValues
{
    /// <inheritdoc/>
    public static bool IsScaled => true;

    /// <inheritdoc/>
    public static float One(ArrayView<uint> words, long first, long index) =>
        SmallInteger.ToFloat8(words[first + (index >> 2)] >> (((int)index & 3) << 3));

    /// <inheritdoc/>
    public static WeightPair Two(ArrayView<uint> words, long first, long index)
    {
        var pair = words[first + (index >> 2)] >> (((int)index & 2) << 3);
        return new(SmallInteger.ToFloat8(pair), SmallInteger.ToFloat8(pair >> 8));
    }

    /// <inheritdoc/>
    public static Float4 Four(ArrayView<uint> words, long first, long index)
    {
        var four = words[first + (index >> 2)];
        return new(SmallInteger.ToFloat8(four), SmallInteger.ToFloat8(four >> 8), SmallInteger.ToFloat8(four >> 16), SmallInteger.ToFloat8(four >> 24));
    }
}
