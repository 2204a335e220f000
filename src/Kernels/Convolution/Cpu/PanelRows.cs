using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Kernels;

/// <summary>Rows that were copied next to each other, as wide as a tile: a multiplication by a constant finds them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct PanelRows : IPixelRows
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Offset(nuint row, nuint vectors, nuint pitch) => row * vectors;
}
