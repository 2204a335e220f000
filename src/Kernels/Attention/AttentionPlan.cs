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
        if (Declaration.Pattern == AttentionPattern.Routed)
            throw Refuse("no centroids", "[RoutedAttention] attends within the clusters of centroids", "Call RunRouted with the centroids of the model.");
        RequireNoGate();
        Check(query, key, value, output, logSumExp);
        RunCore(query, key, value, output, logSumExp);
    }

    /// <summary>Runs a kernel declared with <see cref="RoutedAttentionAttribute"/>.</summary>
    /// <param name="query">As for a run without centroids.</param>
    /// <param name="key">As for a run without centroids.</param>
    /// <param name="value">As for a run without centroids.</param>
    /// <param name="output">As for a run without centroids; rows in no cluster become 0.</param>
    /// <param name="centroids">fp32 [1, centroids, key heads, head dim]: 1 to ⌈keys of the plan ÷ cluster⌉ for each key head.</param>
    /// <exception cref="KernelException">A tensor does not fit the plan, or the kernel takes no centroids; nothing was launched.</exception>
    public void RunRouted(Tensor query, Tensor key, Tensor value, Tensor output, Tensor centroids)
    {
        if (Declaration.Pattern != AttentionPattern.Routed)
            throw Refuse("centroids", $"a {Declaration.Pattern} kernel routes nothing", "Declare the kernel with [RoutedAttention].");
        Check(query, key, value, output, null);
        var most = (Shape.Keys - 1) / Declaration.Block + 1;
        if (centroids.Rank != 4 || centroids.Type != ElementType.Float32 || centroids[0] != 1 || centroids[2] != Shape.KeyHeads || centroids[3] != Shape.HeadDim
            || centroids[1] < 1 || centroids[1] > most || centroids.Buffer.Device != Device)
            throw Refuse($"centroids {centroids}", $"Float32[1, 1 to {most}, {Shape.KeyHeads}, {Shape.HeadDim}] on {Device.Name} is needed", "Pass the centroids of the layer, or plan more keys.");
        RoutedCore(query, key, value, output, centroids);
    }

    /// <summary>Runs a kernel declared with <see cref="IndexedAttentionAttribute"/> over the keys that <paramref name="index"/> lists.</summary>
    /// <param name="query">As for a run without an index.</param>
    /// <param name="key">As for a run without an index.</param>
    /// <param name="value">As for a run without an index.</param>
    /// <param name="output">As for a run without an index.</param>
    /// <param name="index">
    /// Lists for query positions 0 to the run's last; its heads are the query heads, the key heads, a multiple of the key heads that divides the query heads, or 1; its batch is the run's or 1.
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
        if (index.Heads != 1 && (index.Heads % Shape.KeyHeads != 0 || Shape.QueryHeads % index.Heads != 0))
            throw Refuse($"an index of {index.Heads} heads", $"there are {Shape.QueryHeads} query heads and {Shape.KeyHeads} key heads", "Make the index for one of these, or for 1 to share it.");
        var positions = Declaration.Causal ? key[1] : query[1];
        if (index.Queries < positions)
            throw Refuse($"an index of {index.Queries} query positions", $"the run reaches position {positions - 1}", "Make the index for every position.");
        RunCore(query, key, value, output, index, logSumExp);
    }

    /// <summary>Runs a kernel whose keys are selected by a learned gate.</summary>
    /// <param name="query">As for a run without a gate.</param>
    /// <param name="key">As for a run without a gate; key i has position i, and was rotated by it.</param>
    /// <param name="value">As for a run without a gate.</param>
    /// <param name="output">As for a run without a gate.</param>
    /// <param name="gate">The layer's gate and what it has made of the sequences' earlier keys; the run adds the blocks it completes.</param>
    /// <param name="logSumExp">As for a run without a gate.</param>
    /// <exception cref="KernelException">A tensor or the gate does not fit the plan, or the kernel takes no gate; nothing was launched.</exception>
    public void Run(Tensor query, Tensor key, Tensor value, Tensor output, GateKeyCache gate, Tensor? logSumExp = null)
    {
        Check(gate);
        Check(query, key, value, output, logSumExp);
        CheckRoom(gate, key);
        UseGate(gate);
        RunCore(query, key, value, output, logSumExp);
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
        RequireNoGate();
        Check(query, key, key, query, null);
        return SelectCore(query, key);
    }

    /// <summary>
    /// The keys a kernel selects by <see cref="KeyEstimator.Probabilities"/>, in two scopes apart (SparseD's isolated selection, arXiv 2509.24014, §4): the
    /// key blocks before the one that holds key <paramref name="boundary"/> among themselves, by probabilities for all keys; the others among themselves,
    /// by probabilities for their own keys.
    /// </summary>
    /// <param name="query">[batch, queries, query heads, head dim].</param>
    /// <param name="key">[batch, keys, key heads, head dim].</param>
    /// <param name="boundary">First key of the second scope, such as the first generated one: 1 to keys − 1.</param>
    /// <exception cref="KernelException">A tensor or the boundary does not fit the plan, or the kernel selects otherwise.</exception>
    public AttentionIndex Select(Tensor query, Tensor key, int boundary)
    {
        if (Declaration.Selection?.Estimator != KeyEstimator.Probabilities || Declaration.Causal)
            throw Refuse($"a request to select in two scopes with a {Declaration.Pattern} kernel", "only KeyEstimator.Probabilities without causality tells them apart", "Select in one scope.");
        Check(query, key, key, query, null);
        if (boundary < 1 || boundary >= key[1])
            throw Refuse($"a boundary of {boundary}", $"the run has keys 0 to {key[1] - 1} and each scope needs one", "Pass the position of the first generated key.");
        return SelectCore(query, key, boundary);
    }

    /// <summary>Bytes of a summary of keys; 0 where the kernel has no use for one.</summary>
    public virtual long SummaryBytes => 0;

    /// <summary>Makes an empty summary for one cache of keys, as large as the plan's largest run needs.</summary>
    /// <exception cref="KernelException">The kernel keeps no summary of keys.</exception>
    public KeySummary Summarise() => SummaryBytes > 0
        ? new KeySummary(Device.Allocate(SummaryBytes))
        : throw Refuse("a request for a summary of keys", "only selections for single rows by KeyEstimator.Bounds keep one", "Run the kernel without a summary.");

    /// <summary>Runs a kernel that summarises keys, going on from what <paramref name="summary"/> holds of them.</summary>
    /// <param name="query">As for a run without a summary.</param>
    /// <param name="key">As for a run without a summary; the first <see cref="KeySummary.Keys"/> are those of the runs before.</param>
    /// <param name="value">As for a run without a summary.</param>
    /// <param name="output">As for a run without a summary.</param>
    /// <param name="summary">Of these keys, from <see cref="Summarise"/>; holds all of them afterwards.</param>
    /// <param name="logSumExp">As for a run without a summary.</param>
    /// <exception cref="KernelException">A tensor or the summary does not fit the plan; nothing was launched.</exception>
    public void Run(Tensor query, Tensor key, Tensor value, Tensor output, KeySummary summary, Tensor? logSumExp = null)
    {
        ArgumentNullException.ThrowIfNull(summary);
        if (summary.ByteLength != SummaryBytes || summary.Buffer.Device != Device)
            throw Refuse($"a summary of {summary.ByteLength} bytes on {summary.Buffer.Device.Name}", $"the plan keeps {SummaryBytes} on {Device.Name}", "Make the summary with this plan, or one of the same shape.");
        Check(query, key, value, output, logSumExp);
        if (summary.Keys > key[1])
            throw Refuse($"a summary of {summary.Keys} keys", $"the run has {key[1]}", "Forget keys when they are dropped.");
        RunCore(query, key, value, output, summary, logSumExp);
        summary.Advance(key[1]);
    }

    /// <summary>The keys that a learned gate selects, as an index.</summary>
    /// <param name="query">[batch, queries, query heads, head dim].</param>
    /// <param name="key">[batch, keys, key heads, head dim].</param>
    /// <param name="gate">As for a run.</param>
    /// <exception cref="KernelException">A tensor or the gate does not fit the plan, or the kernel takes no gate.</exception>
    public AttentionIndex Select(Tensor query, Tensor key, GateKeyCache gate)
    {
        Check(gate);
        Check(query, key, key, query, null);
        CheckRoom(gate, key);
        UseGate(gate);
        return SelectCore(query, key);
    }

    private void RequireNoGate()
    {
        if (Declaration.Selection is { IsGated: true } selection)
            throw Refuse("no gate", $"the estimator {selection.Estimator} asks a learned gate", "Pass a GateKeyCache made for the layer's AttentionGate to the run.");
    }

    private void Check(GateKeyCache gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        if (Declaration.Selection is not { IsGated: true } selection)
            throw Refuse("a gate", "this kernel asks none", "Declare the kernel with [SelectedAttention(Estimator = KeyEstimator.Gate)].");
        if (gate.Device != Device) throw Refuse($"a gate on {gate.Device.Name}", $"the plan runs on {Device.Name}", "Make the GateKeyCache on the plan's device.");
        var (shape, shared) = (gate.Gate.Shape, selection.Estimator == KeyEstimator.GroupGate);
        if (shape.QueryHeads != Shape.QueryHeads || shape.KeyHeads != Shape.KeyHeads || shape.HeadDim != Shape.HeadDim
            || shape.Block != selection.Block || shape.SharedByGroup != shared)
            throw Refuse(
                $"a gate for {shape}", $"the kernel and its plan have {Shape.QueryHeads} query heads, {Shape.KeyHeads} key heads, heads of {Shape.HeadDim}, blocks of {selection.Block}"
                + (shared ? " and a gate shared by the heads of a key head" : " and a gate for each head"), "Load or distil a gate for this layer and method.");
    }

    private void CheckRoom(GateKeyCache gate, in Tensor key)
    {
        if (key[0] > gate.Batch || key[1] > gate.Keys)
            throw Refuse($"{key[0]} sequences of {key[1]} keys", $"the gate's cache holds {gate.Batch} of {gate.Keys}", "Make a larger GateKeyCache.");
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

    /// <summary>Selects in two scopes for a kernel that does.</summary>
    protected virtual AttentionIndex SelectCore(in Tensor query, in Tensor key, int boundary) =>
        throw Refuse("a request to select in two scopes", "the device selects in one", "Select on the cpu; the index serves every device.");

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Launches the checked run.</summary>
    protected abstract void RunCore(in Tensor query, in Tensor key, in Tensor value, in Tensor output, in Tensor? logSumExp);

    /// <summary>Launches the checked run of an indexed kernel.</summary>
    protected virtual void RunCore(in Tensor query, in Tensor key, in Tensor value, in Tensor output, AttentionIndex index, in Tensor? logSumExp) =>
        throw new NotSupportedException($"{GetType().Name} walks no index.");

    /// <summary>Launches the checked run of a routed kernel.</summary>
    protected virtual void RoutedCore(in Tensor query, in Tensor key, in Tensor value, in Tensor output, in Tensor centroids) =>
        throw new NotSupportedException($"{GetType().Name} routes nothing.");

    /// <summary>Launches the checked run of a kernel that summarises keys.</summary>
    protected virtual void RunCore(in Tensor query, in Tensor key, in Tensor value, in Tensor output, KeySummary summary, in Tensor? logSumExp) =>
        throw new NotSupportedException($"{GetType().Name} summarises no keys.");

    /// <summary>Takes the checked gate of the run that follows.</summary>
    protected virtual void UseGate(GateKeyCache gate) => throw new NotSupportedException($"{GetType().Name} asks no gate.");

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

    private protected KernelException Refuse(string received, string limit, string remedy) =>
        new(Declaration.Name, Device.Name, received, limit, remedy);
}
