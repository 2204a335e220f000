using System.ComponentModel;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Values of fp32.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuFloat32Values : IGpuValues
{
    /// <inheritdoc/>
    public static bool IsScaled => false;

    /// <inheritdoc/>
    public static float One(ArrayView<uint> words, long first, long index) => Interop.IntAsFloat(words[first + index]);

    /// <inheritdoc/>
    public static WeightPair Two(ArrayView<uint> words, long first, long index) => new(One(words, first, index), One(words, first, index + 1));

    /// <inheritdoc/>
    public static Float4 Four(ArrayView<uint> words, long first, long index)
    {
        var bits = words.AsAligned(16).Cast<UInt4>()[(first >> 2) + (index >> 2)];
        return new(Interop.IntAsFloat(bits.X), Interop.IntAsFloat(bits.Y), Interop.IntAsFloat(bits.Z), Interop.IntAsFloat(bits.W));
    }
}
