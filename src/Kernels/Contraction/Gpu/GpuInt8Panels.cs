using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>Panel rows of signed bytes in the order of outputs, scaled in groups of inputs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuInt8Panels : IGpuPanels
{
    /// <inheritdoc/>
    public static int RowWords => 8;

    /// <inheritdoc/>
    public static int ScaleWords => PanelScales.Words;

    /// <inheritdoc/>
    public static WeightPair Load(ArrayView<uint> panels, long row, int lane)
    {
        var shift = (lane & 3) << 3;
        return new(SmallInteger.ToFloat8(panels[row + (lane >> 2)] >> shift), SmallInteger.ToFloat8(panels[row + (lane >> 2) + 4] >> shift));
    }

    /// <inheritdoc/>
    public static WeightOctet LoadEight(ArrayView<UInt4> panels, long row, int quad)
    {
        var words = panels.Cast<uint>();
        return new(ToFloats(words[(row << 2) + quad]), ToFloats(words[(row << 2) + quad + 4]));
    }

    /// <inheritdoc/>
    public static WeightPair Scale(WeightPair pair, ArrayView<uint> panels, long scales, int lane) => PanelScales.Apply(pair, panels, scales, lane);

    /// <inheritdoc/>
    public static WeightOctet Scale(WeightOctet eight, ArrayView<UInt4> panels, long scales, int quad) => PanelScales.Apply(eight, panels, scales, quad);

    private static Float4 ToFloats(uint word) =>
        new(SmallInteger.ToFloat8(word), SmallInteger.ToFloat8(word >> 8), SmallInteger.ToFloat8(word >> 16), SmallInteger.ToFloat8(word >> 24));
}
