using System.ComponentModel;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Kernels;

/// <summary>Ranges count entries of ascending key lists.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ListedKeys : IKeyOrder
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Key(ArrayView<int> listed, long list, int slot) => listed[list + slot];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int End(KeyRange range, int limit) => range.End;
}
