using System.ComponentModel;

namespace Kernels;

/// <summary>The numbers of launches that choose blocks by means, or by columns and diagonals. Flags are 0 or 1.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct AdaptiveArguments
{
    /// <summary>Keys of the run, of a block, and blocks.</summary>
    public int Keys, Block, Blocks;

    /// <summary>Last rows whose probabilities were summed.</summary>
    public int LastRows;

    /// <summary>Row groups of the run, and the first, counted from position 0.</summary>
    public int Groups, FirstGroup;

    /// <summary>Row groups that are marked, and the first, counted from position 0.</summary>
    public int MarkedGroups, FirstMarked;

    /// <summary>Estimates of a line, and lines of a pair: columns and diagonals, or one line of the estimates of all row groups.</summary>
    public int Estimates, Lines;

    /// <summary>What the largest of a line must hold together; see <see cref="AdaptiveChoice.Units"/>.</summary>
    public long Total;

    /// <summary>Jensen–Shannon distance below which means are used.</summary>
    public float Divergence;

    /// <summary>Least blocks of columns, and of diagonals.</summary>
    public int Least;

    /// <summary>Whether the lines are estimates by means.</summary>
    public int ByMeans;

    /// <summary>Whether every block is kept.</summary>
    public int Dense;

    /// <summary>Entries between the marks of row groups.</summary>
    public int MarkStride;
}
