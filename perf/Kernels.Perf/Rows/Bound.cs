namespace Kernels.Perf.Rows;

/// <summary>What limits a row on a well-balanced machine.</summary>
internal enum Bound
{
    Compute,
    Memory,
}
