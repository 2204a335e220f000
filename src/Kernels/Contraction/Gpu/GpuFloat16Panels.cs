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
        return new(Low(pair), High(pair));
    }

    /// <inheritdoc/>
    public static WeightOctet LoadEight(ArrayView<UInt4> panels, long quad)
    {
        var pairs = panels[quad];
        return new(
            new(Low(pairs.X), Low(pairs.Y), Low(pairs.Z), Low(pairs.W)), new(High(pairs.X), High(pairs.Y), High(pairs.Z), High(pairs.W)));
    }

    private static float Low(uint pair) => GpuFloat16.ToFloat(pair & 0xFFFFu);

    private static float High(uint pair) => GpuFloat16.ToFloat(pair >> 16);
}
