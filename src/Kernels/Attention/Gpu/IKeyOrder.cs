using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>What the numbers in a <see cref="KeyRange"/> count: the type argument that makes one kernel text walk ranges or gather columns.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IKeyOrder
{
    /// <summary>The key at <paramref name="slot"/>.</summary>
    /// <param name="listed">Key lists; a dummy where keys are consecutive.</param>
    /// <param name="list">First entry of the tile's list.</param>
    /// <param name="slot">A number inside a range.</param>
    static abstract int Key(ArrayView<int> listed, long list, int slot);

    /// <summary>Where a range ends for rows that see keys below <paramref name="limit"/> only.</summary>
    static abstract int End(KeyRange range, int limit);
}
