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
    public static int ScaleWords => 0;

    /// <inheritdoc/>
    public static WeightPair Load(ArrayView<uint> panels, long row, int lane)
    {
        var pair = panels[row + lane];
        return new(Low(pair), High(pair));
    }

    /// <inheritdoc/>
    public static WeightOctet LoadEight(ArrayView<UInt4> panels, long row, int quad)
    {
        var pairs = panels[row + quad];
        return new(
            new(Low(pairs.X), Low(pairs.Y), Low(pairs.Z), Low(pairs.W)), new(High(pairs.X), High(pairs.Y), High(pairs.Z), High(pairs.W)));
    }

    /// <inheritdoc/>
    public static WeightPair Scale(WeightPair pair, ArrayView<uint> panels, long scales, int lane) => pair;

    /// <inheritdoc/>
    public static WeightOctet Scale(WeightOctet eight, ArrayView<UInt4> panels, long scales, int quad) => eight;

    private static float Low(uint pair) => GpuFloat16.ToFloat(pair & 0xFFFFu);

    private static float High(uint pair) => GpuFloat16.ToFloat(pair >> 16);
}
