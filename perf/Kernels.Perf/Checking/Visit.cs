namespace Kernels.Perf.Checking;

/// <summary>Whether a query visits a key.</summary>
internal enum Visit
{
    No,
    Yes,

    /// <summary>A selection by threshold is so close that rounding decides.</summary>
    Doubtful,
}
