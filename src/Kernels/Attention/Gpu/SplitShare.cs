using System.ComponentModel;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Kernels;

/// <summary>The part of a range list that one split walks: splits divide the listed keys, not the sequence, so that none is idle.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct SplitShare
{
    /// <summary>First listed key of the share, and the one after the last.</summary>
    public int From, To;

    /// <summary>The calling group's share.</summary>
    /// <param name="ranges">Range lists.</param>
    /// <param name="first">First range of the tile's list.</param>
    /// <param name="last">The one after the last.</param>
    /// <param name="limit">Keys below this are visible.</param>
    /// <param name="splits">Number of shares.</param>
    /// <param name="step">Keys of a tile, a power of two: shares are whole tiles.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SplitShare Of<TOrder>(ArrayView<KeyRange> ranges, int first, int last, int limit, int splits, int step)
        where TOrder : struct, IKeyOrder
    {
        if (splits == 1) return new SplitShare { From = 0, To = int.MaxValue };
        var total = 0;
        for (var i = first; i < last; i++)
        {
            var length = TOrder.End(ranges[i], limit) - ranges[i].Start;
            if (length > 0) total += length;
        }

        var share = ((total + splits - 1) / splits + step - 1) & -step;
        return new SplitShare { From = Grid.IdxZ * share, To = Grid.IdxZ * share + share };
    }
}
