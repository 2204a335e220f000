using System.ComponentModel;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Kernels;

/// <summary>Rows lie one after another.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ConsecutiveRows : IKeyRows
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Offset(ArrayView<int> pages, in HeadLayout layout, int key) => key * layout.Token;
}
