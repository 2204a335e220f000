namespace Kernels;

/// <summary>Declares attention over the keys a user predicate admits, with an optional user score function.</summary>
/// <remarks>
/// Block classification (full, partial, empty) happens when the kernel is planned; full blocks never call the predicate
/// and empty blocks are never visited. Positions count from the first key; query i of n stands at position i + keys − n where
/// <see cref="AttentionAttribute.Causal"/>, else at i.
/// </remarks>
public sealed class MaskedAttentionAttribute : AttentionAttribute
{
    /// <summary>
    /// Name of a static method of the same class: <c>bool (int query, int key)</c> or
    /// <c>bool (int batch, int head, int query, int key)</c>, positions counted from 0. Required.
    /// </summary>
    public string Mask { get; set; } = "";

    /// <summary>
    /// Name of a static method of the same class that modifies a scaled score:
    /// <c>float (float score, int query, int key)</c> or <c>float (float score, int batch, int head, int query, int key)</c>.
    /// </summary>
    public string? Score { get; set; }

    /// <summary>Rows and columns of the blocks that are classified: a multiple of 32. Default 128.</summary>
    public int Block { get; set; } = 128;
}
