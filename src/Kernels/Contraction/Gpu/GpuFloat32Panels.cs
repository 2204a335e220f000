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
}
