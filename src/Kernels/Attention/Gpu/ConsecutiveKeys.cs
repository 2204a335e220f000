using System.ComponentModel;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Kernels;

/// <summary>Ranges count keys.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ConsecutiveKeys : IKeyOrder
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Key(ArrayView<int> listed, long list, int slot) => slot;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int End(KeyRange range, int limit) => range.End < limit ? range.End : limit;
}
