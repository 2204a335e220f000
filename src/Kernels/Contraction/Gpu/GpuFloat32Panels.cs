using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>Panel rows of fp32.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuFloat32Panels : IGpuPanels
{
    /// <inheritdoc/>
    public static int RowWords => 32;

    /// <inheritdoc/>
    public static WeightPair Load(ArrayView<uint> panels, long word) =>
        new(Interop.IntAsFloat(panels[word]), Interop.IntAsFloat(panels[word + 16]));

    /// <inheritdoc/>
    public static WeightOctet LoadEight(ArrayView<UInt4> panels, long quad) => new(ToFloats(panels[quad]), ToFloats(panels[quad + 4]));

    private static Float4 ToFloats(UInt4 bits) =>
        new(Interop.IntAsFloat(bits.X), Interop.IntAsFloat(bits.Y), Interop.IntAsFloat(bits.Z), Interop.IntAsFloat(bits.W));
}
