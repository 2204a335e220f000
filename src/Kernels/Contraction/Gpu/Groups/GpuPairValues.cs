using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>Values of 16 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuPairValues<TElement> : IGpuValues where TElement : unmanaged, IGpuPairElement
{
    /// <inheritdoc/>
    public static bool IsScaled => false;

    /// <inheritdoc/>
    public static float One(ArrayView<uint> words, long first, long index) => TElement.Low(words[first + (index >> 1)] >> (((int)index & 1) << 4));

    /// <inheritdoc/>
    public static WeightPair Two(ArrayView<uint> words, long first, long index)
    {
        var pair = words[first + (index >> 1)];
        return new(TElement.Low(pair), TElement.High(pair));
    }

    /// <inheritdoc/>
    public static Float4 Four(ArrayView<uint> words, long first, long index)
    {
        WeightPair low = Two(words, first, index), high = Two(words, first, index + 2);
        return new(low.First, low.Second, high.First, high.Second);
    }
}
