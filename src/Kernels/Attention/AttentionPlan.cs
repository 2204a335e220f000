namespace Kernels;

/// <summary>An attention kernel made ready for one device and one largest shape.</summary>
/// <remarks>One run at a time per plan; several plans may run at once. Running allocates nothing.</remarks>
public abstract class AttentionPlan : IDisposable
{
    /// <summary>Creates the plan.</summary>
    protected AttentionPlan(Device device, AttentionDeclaration declaration, in AttentionShape shape)
    {
        Device = device;
        Declaration = declaration;
        Shape = shape;
    }

    /// <summary>Where the plan runs.</summary>
    public Device Device { get; }

    /// <summary>What was declared.</summary>
    public AttentionDeclaration Declaration { get; }

    /// <summary>The largest problem the plan holds.</summary>
    public AttentionShape Shape { get; }

    /// <summary>Bytes of workspace the plan owns.</summary>
    public abstract long WorkspaceBytes { get; }

    /// <summary>Pairs visited by the last run. On GPU devices reading it waits for the run.</summary>
    public abstract AttentionWork Work { get; }

    /// <summary>Runs the kernel.</summary>
    /// <param name="query">[batch, queries, query heads, head dim].</param>
    /// <param name="key">[batch, keys, key heads, head dim].</param>
    /// <param name="value">[batch, keys, key heads, head dim].</param>
    /// <param name="output">[batch, queries, query heads, head dim]; rows that see no key become 0.</param>
    /// <param name="logSumExp">
    /// Optional fp32 [batch, queries, query heads, 1]: natural logarithm of each row's softmax denominator (score units);
    /// −∞ for rows that see no key.
    /// </param>
    /// <exception cref="KernelException">A tensor does not fit the plan; nothing was launched.</exception>
    public void Run(Tensor query, Tensor key, Tensor value, Tensor output, Tensor? logSumExp = null)
    {
        if (Declaration.Pattern == AttentionPattern.Indexed)
            throw Refuse("no index", "[IndexedAttention] visits the keys an index lists", "Pass an AttentionIndex to the run.");
        Check(query, key, value, output, logSumExp);
        RunCore(query, key, value, output, logSumExp);
    }

    /// <summary>Runs a kernel declared with <see cref="IndexedAttentionAttribute"/> over the keys that <paramref name="index"/> lists.</summary>
    /// <param name="query">As for a run without an index.</param>
    /// <param name="key">As for a run without an index.</param>
    /// <param name="value">As for a run without an index.</param>
    /// <param name="output">As for a run without an index.</param>
    /// <param name="index">
    /// Lists for query positions 0 to the run's last; its heads are the query heads, the key heads or 1, its batch the run's or 1.
    /// </param>
    /// <param name="logSumExp">As for a run without an index.</param>
    /// <exception cref="KernelException">A tensor or the index does not fit the plan, or the kernel takes no index; nothing was launched.</exception>
    public void Run(Tensor query, Tensor key, Tensor value, Tensor output, AttentionIndex index, Tensor? logSumExp = null)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (Declaration.Pattern != AttentionPattern.Indexed)
            throw Refuse($"a {index.GetType().Name}", $"a {Declaration.Pattern} kernel chooses its own keys", "Declare the kernel with [IndexedAttention].");
        Check(query, key, value, output, logSumExp);
        if (index.Batch != 1 && index.Batch != query[0])
            throw Refuse($"an index of {index.Batch} sequences", $"the run has {query[0]}", "Make the index for the run's batch, or for 1 to share it.");
        if (index.Heads != 1 && index.Heads != Shape.QueryHeads && index.Heads != Shape.KeyHeads)
            throw Refuse($"an index of {index.Heads} heads", $"there are {Shape.QueryHeads} query heads and {Shape.KeyHeads} key heads", "Make the index for one of these, or for 1 to share it.");
        var positions = Declaration.Causal ? key[1] : query[1];
        if (index.Queries < positions)
            throw Refuse($"an index of {index.Queries} query positions", $"the run reaches position {positions - 1}", "Make the index for every position.");
        RunCore(query, key, value, output, index, logSumExp);
    }

    /// <summary>
    /// The keys a kernel declared with <see cref="SelectedAttentionAttribute"/> or <see cref="VerticalSlashAttentionAttribute"/> selects:
    /// an index that an <see cref="IndexedAttentionAttribute"/> kernel of the same shape visits likewise, as often as wanted.
    /// </summary>
    /// <param name="query">[batch, queries, query heads, head dim].</param>
    /// <param name="key">[batch, keys, key heads, head dim].</param>
    /// <exception cref="KernelException">A tensor does not fit the plan, or the kernel selects nothing.</exception>
    public AttentionIndex Select(Tensor query, Tensor key)
    {
        if (Declaration.Pattern != AttentionPattern.Selected)
            throw Refuse($"a request to select with a {Declaration.Pattern} kernel", "only selecting kernels have a selection to give", "Declare the kernel with [SelectedAttention].");
        Check(query, key, key, query, null);
        return SelectCore(query, key);
    }

    private void Check(in Tensor query, in Tensor key, in Tensor value, in Tensor output, in Tensor? logSumExp)
    {
        Check("query", query, Shape.QueryType, Shape.Queries, Shape.QueryHeads, Shape.HeadDim);
        Check("key", key, Shape.KeyType, Shape.Keys, Shape.KeyHeads, Shape.HeadDim);
        Check("value", value, Shape.KeyType, Shape.Keys, Shape.KeyHeads, Shape.HeadDim);
        Check("output", output, Shape.QueryType, Shape.Queries, Shape.QueryHeads, Shape.HeadDim);
        Equal("value tokens", value[1], "key tokens", key[1]);
        Equal("output tokens", output[1], "query tokens", query[1]);
        Equal("key batch", key[0], "query batch", query[0]);
        Equal("value batch", value[0], "query batch", query[0]);
        Equal("output batch", output[0], "query batch", query[0]);
        if (Declaration.Causal && query[1] > key[1])
            throw Refuse($"{query[1]} queries and {key[1]} keys", "causal attention needs at least as many keys as queries",
                "Append the new keys before the run.");
        if (logSumExp is { } lse)
        {
            Check("logSumExp", lse, ElementType.Float32, Shape.Queries, Shape.QueryHeads, 1);
            Equal("logSumExp tokens", lse[1], "query tokens", query[1]);
            Equal("logSumExp batch", lse[0], "query batch", query[0]);
        }
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Launches the checked run.</summary>
    protected abstract void RunCore(in Tensor query, in Tensor key, in Tensor value, in Tensor output, in Tensor? logSumExp);

    /// <summary>Launches the checked run of an indexed kernel.</summary>
    protected virtual void RunCore(in Tensor query, in Tensor key, in Tensor value, in Tensor output, AttentionIndex index, in Tensor? logSumExp) =>
        throw new NotSupportedException($"{GetType().Name} walks no index.");

    /// <summary>Selects for a selecting kernel.</summary>
    protected virtual AttentionIndex SelectCore(in Tensor query, in Tensor key) =>
        throw new NotSupportedException($"{GetType().Name} selects no keys.");

    private void Check(string what, in Tensor tensor, ElementType type, int tokens, int heads, int channels)
    {
        if (tensor.Buffer is null) throw Refuse($"no {what}", "a tensor is required", "Pass a tensor made with Tensor.Heads.");
        if (tensor.Buffer.Device != Device)
            throw Refuse($"{what} on {tensor.Buffer.Device.Name}", $"the plan runs on {Device.Name}", "Copy the tensor to the plan's device.");
        if (tensor.Rank != 4 || tensor.Type != type || tensor[2] != heads || tensor[3] != channels)
            throw Refuse($"{what} {tensor}", $"{type}[batch, tokens, {heads}, {channels}] was planned", "Plan again with the tensor's shape.");
        if (tensor[0] < 1 || tensor[0] > Shape.Batch || tensor[1] < 1 || tensor[1] > tokens)
            throw Refuse(
                $"{what} {tensor}", $"the plan holds batches of 1 to {Shape.Batch} and 1 to {tokens} tokens", "Plan again with a larger shape.");
    }

    private void Equal(string what, int received, string other, int expected)
    {
        if (received != expected)
            throw Refuse($"{received} {what}", $"there are {expected} {other}", "Pass tensors of equal length.");
    }

    private KernelException Refuse(string received, string limit, string remedy) =>
        new(Declaration.Name, Device.Name, received, limit, remedy);
}
