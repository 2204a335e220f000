using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>How a thread of a kernel reads stored values of groups, which lie one after the other; called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IGpuValues
{
    /// <summary>Whether a value is an integer that a scale belongs to.</summary>
    static abstract bool IsScaled { get; }

    /// <summary>Value <paramref name="index"/> of those whose first word is <paramref name="first"/>, a multiple of four.</summary>
    static abstract float One(ArrayView<uint> words, long first, long index);

    /// <summary>Values <paramref name="index"/>, which is even, and the next.</summary>
    static abstract WeightPair Two(ArrayView<uint> words, long first, long index);

    /// <summary>Values <paramref name="index"/>, a multiple of four, and the next three.</summary>
    static abstract Float4 Four(ArrayView<uint> words, long first, long index);
}
