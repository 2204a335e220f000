using System.ComponentModel;

namespace Kernels;

/// <summary>A storage type of generated ILGPU kernels of which a word holds two.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IGpuPairElement
{
    /// <summary>The value of the low half of <paramref name="pair"/> in fp32.</summary>
    static abstract float Low(uint pair);

    /// <summary>The value of the high half of <paramref name="pair"/> in fp32.</summary>
    static abstract float High(uint pair);
}
