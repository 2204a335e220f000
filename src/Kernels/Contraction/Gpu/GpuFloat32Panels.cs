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
    public static int ScaleWords => 0;

    /// <inheritdoc/>
    public static WeightPair Load(ArrayView<uint> panels, long row, int lane) =>
        new(Interop.IntAsFloat(panels[row + lane]), Interop.IntAsFloat(panels[row + lane + 16]));

    /// <inheritdoc/>
    public static WeightOctet LoadEight(ArrayView<UInt4> panels, long row, int quad) => new(ToFloats(panels[row + quad]), ToFloats(panels[row + quad + 4]));

    /// <inheritdoc/>
    public static WeightPair Scale(WeightPair pair, ArrayView<uint> panels, long scales, int lane) => pair;

    /// <inheritdoc/>
    public static WeightOctet Scale(WeightOctet eight, ArrayView<UInt4> panels, long scales, int quad) => eight;

    private static Float4 ToFloats(UInt4 bits) =>
        new(Interop.IntAsFloat(bits.X), Interop.IntAsFloat(bits.Y), Interop.IntAsFloat(bits.Z), Interop.IntAsFloat(bits.W));
}
