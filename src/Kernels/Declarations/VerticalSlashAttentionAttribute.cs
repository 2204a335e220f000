namespace Kernels;

/// <summary>
/// Declares Vertical-Slash attention (MInference, arXiv 2407.02490, §3.1): the probabilities of the last query rows, summed along key columns and along
/// diagonals, choose the columns and the diagonals that every query row visits.
/// </summary>
/// <remarks>
/// Always causal. <see cref="Rows"/> query rows share a list: diagonal o (query − key) becomes the keys [first row − o, last row − o], ranges that
/// touch are merged, and columns that lie in a range are dropped. Each run selects from its own last rows.
/// </remarks>
public sealed class VerticalSlashAttentionAttribute : AttentionAttribute
{
    /// <summary>Columns visited, the forced ones included. Default 1000.</summary>
    public int Columns { get; set; } = 1000;

    /// <summary>Diagonals visited, the forced ones included. Default 4096.</summary>
    public int Diagonals { get; set; } = 4096;

    /// <summary>First columns that are always visited. Default 30.</summary>
    public int SinkColumns { get; set; } = 30;

    /// <summary>Diagonals nearest to the main one that are always visited. Default 100.</summary>
    public int LocalDiagonals { get; set; } = 100;

    /// <summary>Last query rows that the estimate is made from: 1 to 256. Default 64.</summary>
    public int LastRows { get; set; } = 64;

    /// <summary>Query rows that share a list: 16 to 1024. Default 64.</summary>
    public int Rows { get; set; } = 64;
}
