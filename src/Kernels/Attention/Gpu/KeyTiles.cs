using System.ComponentModel;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Kernels;

/// <summary>A place in a walk over the ranges of a list, a tile of keys at a time, so that the tile after the current one is known.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct KeyTiles
{
    /// <summary>Number of the range.</summary>
    public int Range;

    /// <summary>First slot of the tile, and the end of its range; the walk is over where the first is not below the second.</summary>
    public int Start, Stop;

    /// <summary>The range's <see cref="KeyRange.Partial"/>.</summary>
    public int Partial;

    /// <summary>Visible keys of the ranges up to this one.</summary>
    public int Passed;

    /// <summary>The tile after <paramref name="current"/>.</summary>
    /// <param name="current">The current tile; before the first one, the number of the range before the first and nothing else.</param>
    /// <param name="ranges">Range lists.</param>
    /// <param name="last">The range after the last.</param>
    /// <param name="limit">Keys below this are visible.</param>
    /// <param name="keys">Keys of a tile.</param>
    /// <param name="share">The part of the list that is walked.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeyTiles Next<TOrder>(KeyTiles current, ArrayView<KeyRange> ranges, int last, int limit, int keys, SplitShare share)
        where TOrder : struct, IKeyOrder
    {
        current.Start += keys;
        while (current.Start >= current.Stop && current.Range + 1 < last)
        {
            current.Range++;
            var range = ranges[current.Range];
            var length = TOrder.End(range, limit) - range.Start;
            if (length <= 0) continue;
            current.Start = range.Start + Math.Max(share.From - current.Passed, 0);
            current.Stop = range.Start + Math.Min(share.To - current.Passed, length);
            current.Partial = range.Partial;
            current.Passed += length;
        }

        return current;
    }
}
