namespace Kernels.Scheduling;

/// <summary>How many rows a value has in a run.</summary>
public enum RowCount
{
    /// <summary>One row for each token of the run.</summary>
    Tokens,

    /// <summary>One row, whatever the run.</summary>
    One,
}
