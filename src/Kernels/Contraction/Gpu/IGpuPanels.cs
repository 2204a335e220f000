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

    /// <summary>Words of the scales that each group of inputs begins with; 0 for values that need none.</summary>
    static abstract int ScaleWords { get; }

    /// <summary>Outputs i and i + 16, i being <paramref name="lane"/>, of the row whose first word is <paramref name="row"/>.</summary>
    static abstract WeightPair Load(ArrayView<uint> panels, long row, int lane);

    /// <summary>Outputs 4i to 4i + 3 and 4i + 16 to 4i + 19, i being <paramref name="quad"/>, of the row whose first four words are <paramref name="row"/>.</summary>
    static abstract WeightOctet LoadEight(ArrayView<UInt4> panels, long row, int quad);

    /// <summary>The pair times the scales of its outputs, whose first word is <paramref name="scales"/>.</summary>
    static abstract WeightPair Scale(WeightPair pair, ArrayView<uint> panels, long scales, int lane);

    /// <summary>The eight times the scales of their outputs, whose first four words are <paramref name="scales"/>.</summary>
    static abstract WeightOctet Scale(WeightOctet eight, ArrayView<UInt4> panels, long scales, int quad);
}
