using System.ComponentModel;

namespace Kernels;

/// <summary>Where the rows of an attention tensor lie in its buffer, in elements.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct HeadLayout
{
    /// <summary>First element, and elements between sequences, tokens and heads.</summary>
    public long Offset, Batch, Token, Head;

    /// <summary>The layout of <paramref name="tensor"/>.</summary>
    public HeadLayout(in Tensor tensor)
    {
        Offset = tensor.Offset;
        Batch = tensor.Stride(0);
        Token = tensor.Stride(1);
        Head = tensor.Stride(2);
    }

    /// <summary>First channel of a row.</summary>
    public readonly long Row(int batch, int token, int head) => Offset + batch * Batch + token * Token + head * Head;
}
