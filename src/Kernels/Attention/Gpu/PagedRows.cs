using System.ComponentModel;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Kernels;

/// <summary>Rows lie in pages.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct PagedRows : IKeyRows
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Offset(ArrayView<int> pages, in HeadLayout layout, int key)
    {
        var page = layout.Pages.Of(key);
        return pages[page] * layout.Pages.Stride + (key - page * layout.Pages.Rows) * layout.Token;
    }

    /// <summary>The end of the name of a kernel that reads keys.</summary>
    internal static string Suffix(bool paged) => paged ? ", paged" : "";
}
