using System.ComponentModel;

namespace Kernels;

/// <summary>Where the rows of an attention tensor lie in its buffer, in elements.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct HeadLayout
{
    /// <summary>First element, and elements between sequences, tokens and heads.</summary>
    public long Offset, Batch, Token, Head;

    /// <summary>The pages in which tokens lie, for kernels of <see cref="PagedRows"/>.</summary>
    public PageLayout Pages;

    /// <summary>The layout of <paramref name="tensor"/>.</summary>
    public HeadLayout(in Tensor tensor)
    {
        Offset = tensor.Offset;
        Batch = tensor.Stride(0);
        Token = tensor.Stride(1);
        Head = tensor.Stride(2);
    }

    /// <summary>The layout of keys or values, which lie in pages of <paramref name="page"/> rows where that is not 0.</summary>
    internal static HeadLayout OfKeys(in Tensor tensor, int page)
    {
        var layout = new HeadLayout(tensor);
        return page == 0 ? layout : layout with { Batch = 0, Pages = new PageLayout(layout.Batch, page) };
    }

    /// <summary>Whether every row begins at a multiple of <paramref name="elements"/>, a power of two.</summary>
    internal readonly bool IsMultipleOf(int elements) => ((Offset | Batch | Token | Head) & (elements - 1)) == 0;

    /// <summary>The layout of the tokens from <paramref name="token"/> on.</summary>
    internal readonly HeadLayout From(int token) => this with { Offset = Offset + token * Token };

    /// <summary>A single sequence that begins at <paramref name="token"/> of the first, whatever its number.</summary>
    internal readonly HeadLayout Sequence(int token) => From(token) with { Batch = 0 };

    /// <summary>First channel of a row.</summary>
    public readonly long Row(int batch, int token, int head) => Offset + batch * Batch + token * Token + head * Head;
}
