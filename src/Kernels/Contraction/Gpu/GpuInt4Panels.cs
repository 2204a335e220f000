using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>Panel rows of signed integers of four bits, scaled in groups of inputs: byte i holds outputs i, in its low half, and i + 16.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuInt4Panels : IGpuPanels
{
    /// <inheritdoc/>
    public static int RowWords => 4;

    /// <inheritdoc/>
    public static int ScaleWords => PanelScales.Words;

    /// <inheritdoc/>
    public static WeightPair Load(ArrayView<uint> panels, long row, int lane)
    {
        var pair = panels[row + (lane >> 2)] >> ((lane & 3) << 3);
        return new(SmallInteger.ToFloat4(pair), SmallInteger.ToFloat4(pair >> 4));
    }

    /// <inheritdoc/>
    public static WeightOctet LoadEight(ArrayView<UInt4> panels, long row, int quad)
    {
        var word = panels.Cast<uint>()[(row << 2) + quad];
        return new(ToFloats(word), ToFloats(word >> 4));
    }

    /// <inheritdoc/>
    public static WeightPair Scale(WeightPair pair, ArrayView<uint> panels, long scales, int lane) => PanelScales.Apply(pair, panels, scales, lane);

    /// <inheritdoc/>
    public static WeightOctet Scale(WeightOctet eight, ArrayView<UInt4> panels, long scales, int quad) => PanelScales.Apply(eight, panels, scales, quad);

    // The low half of every byte.
    private static Float4 ToFloats(uint word) =>
        new(SmallInteger.ToFloat4(word), SmallInteger.ToFloat4(word >> 8), SmallInteger.ToFloat4(word >> 16), SmallInteger.ToFloat4(word >> 24));
}
