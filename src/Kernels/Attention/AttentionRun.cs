namespace Kernels;

/// <summary>What one run of an attention plan reads and writes.</summary>
/// <param name="query">[batch, queries, query heads, head dim].</param>
/// <param name="key">[batch, keys, key heads, head dim], or pages: see <see cref="RaggedBatch.Paged"/>.</param>
/// <param name="value">As <paramref name="key"/>.</param>
/// <param name="output">As <paramref name="query"/>; rows that see no key become 0.</param>
public readonly ref struct AttentionRun(Tensor query, Tensor key, Tensor value, Tensor output)
{
    /// <summary>[batch, queries, query heads, head dim]; of a ragged batch [1, tokens, query heads, head dim].</summary>
    public Tensor Query { get; } = query;

    /// <summary>[batch, keys, key heads, head dim]; of a ragged batch [1, tokens, …] or [pages, page, …].</summary>
    public Tensor Key { get; } = key;

    /// <summary>As <see cref="Key"/>.</summary>
    public Tensor Value { get; } = value;

    /// <summary>As <see cref="Query"/>.</summary>
    public Tensor Output { get; } = output;

    /// <summary>
    /// Optional fp32 [batch, queries, query heads, 1]: natural logarithm of each row's softmax denominator (score units);
    /// −∞ for rows that see no key.
    /// </summary>
    public Tensor? LogSumExp { get; init; }

    /// <summary>
    /// The keys to visit, for a kernel declared with <see cref="IndexedAttentionAttribute"/> and no other: lists for query positions 0 to the
    /// run's last; its heads are the query heads, the key heads, a multiple of the key heads that divides the query heads, or 1; its batch is the run's or 1.
    /// </summary>
    public AttentionIndex? Index { get; init; }

    /// <summary>
    /// For a kernel declared with <see cref="RoutedAttentionAttribute"/> and no other: fp32 [1, centroids, key heads, head dim], 1 to
    /// ⌈keys of the plan ÷ cluster⌉ for each key head.
    /// </summary>
    public Tensor? Centroids { get; init; }

    /// <summary>
    /// For a kernel whose keys a learned gate selects and no other: the layer's gate and what it has made of the sequences' earlier keys; the run adds
    /// the blocks it completes.
    /// </summary>
    public GateKeyCache? Gate { get; init; }

    /// <summary>What earlier runs knew of the first keys, from <see cref="AttentionPlan.Summarise"/>; holds all of them afterwards.</summary>
    public KeySummary? Summary { get; init; }

    /// <summary>Where sequences begin that are not equally long; left out, those of the tensors' first axis.</summary>
    public RaggedBatch Sequences { get; init; }
}
