namespace Kernels;

/// <summary>
/// Declares attention over the keys that an <see cref="AttentionIndex"/> lists, brought to each run:
/// <see cref="AttentionPlan.Run(Tensor, Tensor, Tensor, Tensor, AttentionIndex, Tensor?)"/>.
/// </summary>
/// <remarks>
/// Where <see cref="AttentionAttribute.Causal"/>, listed keys after a query are not visited. Positions count from the first key;
/// query i of n stands at position i + keys − n where causal, else at i.
/// </remarks>
public sealed class IndexedAttentionAttribute : AttentionAttribute
{
    /// <summary>
    /// Name of a static method of the same class that is asked about each pair of a partial range, <c>bool (int query, int key)</c> or
    /// <c>bool (int batch, int head, int query, int key)</c>; without one, partial ranges are visited whole. Listed columns never ask it.
    /// </summary>
    public string? Mask { get; set; }
}
