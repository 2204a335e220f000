using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Kernels;

/// <summary>Where the pages of a tensor lie in its buffer, in elements.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct PageLayout
{
    private const int KeyBits = 31;

    /// <summary>Elements between pages.</summary>
    public long Stride;

    /// <summary>Rows of a page.</summary>
    public int Rows;

    /// <summary>key ÷ Rows is the whole part of key · Factor ÷ 2^Shift: a division takes many times as long, and a load waits for it.</summary>
    public long Factor;

    /// <inheritdoc cref="Factor"/>
    public int Shift;

    /// <summary>Pages of <paramref name="rows"/> rows, <paramref name="stride"/> elements apart.</summary>
    /// <remarks>Factor · Rows exceeds 2^Shift by less than Rows, so that no key of 31 bits is rounded to the next page.</remarks>
    internal PageLayout(long stride, int rows)
    {
        (Stride, Rows) = (stride, rows);
        Shift = KeyBits + BitOperations.Log2((uint)rows - 1 << 1 | 1);
        Factor = ((1L << Shift) + rows - 1) / rows;
    }

    /// <summary>The page that holds the row of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Of(int key) => (int)(key * Factor >> Shift);
}
