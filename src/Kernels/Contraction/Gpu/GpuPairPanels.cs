using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>Panel rows of 16-bit elements.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuPairPanels<TElement> : IGpuPanels where TElement : unmanaged, IGpuPairElement
{
    /// <inheritdoc/>
    public static int RowWords => 16;

    /// <inheritdoc/>
    public static int ScaleWords => 0;

    /// <inheritdoc/>
    public static WeightPair Load(ArrayView<uint> panels, long row, int lane)
    {
        var pair = panels[row + lane];
        return new(TElement.Low(pair), TElement.High(pair));
    }

    /// <inheritdoc/>
    public static WeightOctet LoadEight(ArrayView<UInt4> panels, long row, int quad)
    {
        var pairs = panels[row + quad];
        return new(
            new(TElement.Low(pairs.X), TElement.Low(pairs.Y), TElement.Low(pairs.Z), TElement.Low(pairs.W)),
            new(TElement.High(pairs.X), TElement.High(pairs.Y), TElement.High(pairs.Z), TElement.High(pairs.W)));
    }

    /// <inheritdoc/>
    public static WeightPair Scale(WeightPair pair, ArrayView<uint> panels, long scales, int lane) => pair;

    /// <inheritdoc/>
    public static WeightOctet Scale(WeightOctet eight, ArrayView<UInt4> panels, long scales, int quad) => eight;
}
