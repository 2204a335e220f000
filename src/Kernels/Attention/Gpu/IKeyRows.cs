using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>Where the keys and values of a sequence lie: the type argument that makes one kernel text read them one after another or in pages.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IKeyRows
{
    /// <summary>Elements from where a head's rows begin to the row of a key.</summary>
    /// <param name="pages">Pages of the sequence; a dummy where rows are consecutive.</param>
    /// <param name="layout">Layout of keys or values.</param>
    /// <param name="key">The key.</param>
    static abstract long Offset(ArrayView<int> pages, in HeadLayout layout, int key);
}
