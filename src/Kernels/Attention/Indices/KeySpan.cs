namespace Kernels;

/// <summary>Consecutive keys of an index.</summary>
/// <param name="Start">First key.</param>
/// <param name="End">Key after the last.</param>
/// <param name="Partial">Whether the kernel's mask is asked about each pair; a full range never asks it.</param>
public readonly record struct KeySpan(int Start, int End, bool Partial = false)
{
    /// <summary>Number of keys.</summary>
    public int Length => End - Start;
}
