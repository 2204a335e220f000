using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>How a thread of a kernel reads its weights of a panel row of 32 outputs; called by generated code.</summary>
/// <remarks>The layout is that of <see cref="IPanelStorage"/>: in 16-bit storage a word holds outputs i and i + 16.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IGpuPanels
{
    /// <summary>32-bit words of a row.</summary>
    static abstract int RowWords { get; }

    /// <summary>The pair that lane i reads, <paramref name="word"/> being the row's first word plus i.</summary>
    static abstract WeightPair Load(ArrayView<uint> panels, long word);

    /// <summary>The eight that thread i of four reads, <paramref name="quad"/> being the row's first four words plus i.</summary>
    static abstract WeightOctet LoadEight(ArrayView<UInt4> panels, long quad);
}
