using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>Panel rows of binary16.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuFloat16Panels : IGpuPanels
{
    /// <inheritdoc/>
    public static int RowWords => 16;

    /// <inheritdoc/>
    public static WeightPair Load(ArrayView<uint> panels, long word)
    {
        var pair = panels[word];
        return new(GpuFloat16.ToFloat(pair & 0xFFFFu), GpuFloat16.ToFloat(pair >> 16));
    }
}
