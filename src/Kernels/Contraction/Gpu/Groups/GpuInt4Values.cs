using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>Values of four bits, the first in the low half of a byte.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuInt4Values : IGpuValues
{
    /// <inheritdoc/>
    public static bool IsScaled => true;

    /// <inheritdoc/>
    public static float One(ArrayView<uint> words, long first, long index) =>
        SmallInteger.ToFloat4(words[first + (index >> 3)] >> (((int)index & 7) << 2));

    /// <inheritdoc/>
    public static WeightPair Two(ArrayView<uint> words, long first, long index)
    {
        var pair = words[first + (index >> 3)] >> (((int)index & 6) << 2);
        return new(SmallInteger.ToFloat4(pair), SmallInteger.ToFloat4(pair >> 4));
    }

    /// <inheritdoc/>
    public static Float4 Four(ArrayView<uint> words, long first, long index)
    {
        var four = words[first + (index >> 3)] >> (((int)index & 4) << 2);
        return new(SmallInteger.ToFloat4(four), SmallInteger.ToFloat4(four >> 4), SmallInteger.ToFloat4(four >> 8), SmallInteger.ToFloat4(four >> 12));
    }
}
