using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>Panel rows of bfloat16: either half of a word becomes fp32 with one shift or mask.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuBFloat16Panels : IGpuPanels
{
    /// <inheritdoc/>
    public static int RowWords => 16;

    /// <inheritdoc/>
    public static WeightPair Load(ArrayView<uint> panels, long word)
    {
        var pair = panels[word];
        return new(Interop.IntAsFloat(pair << 16), Interop.IntAsFloat(pair & 0xFFFF0000u));
    }
}
