namespace Kernels;

/// <summary>An attention kernel made ready for one device and one largest shape.</summary>
/// <remarks>One run at a time per plan; several plans may run at once. Running allocates nothing.</remarks>
public abstract partial class AttentionPlan : IDisposable
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
    /// <exception cref="KernelException">A tensor, the index or the batch does not fit the plan; nothing was launched.</exception>
    public void Run(in AttentionRun run)
    {
        Check(run);
        if (run.Gate is { } gate) UseGate(gate);
        RunCore(run);
        run.Summary?.Advance(run.Key[1]);
    }

    /// <summary>Runs the kernel over sequences of equal lengths.</summary>
    /// <param name="query">[batch, queries, query heads, head dim].</param>
    /// <param name="key">[batch, keys, key heads, head dim].</param>
    /// <param name="value">[batch, keys, key heads, head dim].</param>
    /// <param name="output">[batch, queries, query heads, head dim]; rows that see no key become 0.</param>
    /// <param name="logSumExp">See <see cref="AttentionRun.LogSumExp"/>.</param>
    /// <exception cref="KernelException">A tensor does not fit the plan; nothing was launched.</exception>
    public void Run(Tensor query, Tensor key, Tensor value, Tensor output, Tensor? logSumExp = null) =>
        Run(new AttentionRun(query, key, value, output) { LogSumExp = logSumExp });

    /// <summary>Runs a kernel declared with <see cref="RoutedAttentionAttribute"/>.</summary>
    /// <param name="query">As for a run without centroids.</param>
    /// <param name="key">As for a run without centroids.</param>
    /// <param name="value">As for a run without centroids.</param>
    /// <param name="output">As for a run without centroids; rows in no cluster become 0.</param>
    /// <param name="centroids">fp32 [1, centroids, key heads, head dim]: 1 to ⌈keys of the plan ÷ cluster⌉ for each key head.</param>
    /// <exception cref="KernelException">A tensor does not fit the plan, or the kernel takes no centroids; nothing was launched.</exception>
    public void RunRouted(Tensor query, Tensor key, Tensor value, Tensor output, Tensor centroids) =>
        Run(new AttentionRun(query, key, value, output) { Centroids = centroids });

    /// <summary>Runs a kernel declared with <see cref="IndexedAttentionAttribute"/> over the keys that <paramref name="index"/> lists.</summary>
    /// <param name="query">As for a run without an index.</param>
    /// <param name="key">As for a run without an index.</param>
    /// <param name="value">As for a run without an index.</param>
    /// <param name="output">As for a run without an index.</param>
    /// <param name="index">See <see cref="AttentionRun.Index"/>.</param>
    /// <param name="logSumExp">As for a run without an index.</param>
    /// <exception cref="KernelException">A tensor or the index does not fit the plan, or the kernel takes no index; nothing was launched.</exception>
    public void Run(Tensor query, Tensor key, Tensor value, Tensor output, AttentionIndex index, Tensor? logSumExp = null)
    {
        ArgumentNullException.ThrowIfNull(index);
        Run(new AttentionRun(query, key, value, output) { Index = index, LogSumExp = logSumExp });
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
        ArgumentNullException.ThrowIfNull(gate);
        Run(new AttentionRun(query, key, value, output) { Gate = gate, LogSumExp = logSumExp });
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
        Check(new AttentionRun(query, key, key, query));
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
        Check(new AttentionRun(query, key, key, query));
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
        Run(new AttentionRun(query, key, value, output) { Summary = summary, LogSumExp = logSumExp });
    }

    /// <summary>The keys that a learned gate selects, as an index.</summary>
    /// <param name="query">[batch, queries, query heads, head dim].</param>
    /// <param name="key">[batch, keys, key heads, head dim].</param>
    /// <param name="gate">As for a run.</param>
    /// <exception cref="KernelException">A tensor or the gate does not fit the plan, or the kernel takes no gate.</exception>
    public AttentionIndex Select(Tensor query, Tensor key, GateKeyCache gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        Check(new AttentionRun(query, key, key, query) { Gate = gate });
        UseGate(gate);
        return SelectCore(query, key);
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Launches the checked run.</summary>
    protected abstract void RunCore(in AttentionRun run);

    /// <summary>Selects in two scopes for a kernel that does.</summary>
    protected virtual AttentionIndex SelectCore(in Tensor query, in Tensor key, int boundary) =>
        throw new NotSupportedException($"{GetType().Name} selects in one scope.");

    /// <summary>Takes the checked gate of the run that follows.</summary>
    protected virtual void UseGate(GateKeyCache gate) => throw new NotSupportedException($"{GetType().Name} asks no gate.");

    /// <summary>Selects for a selecting kernel.</summary>
    protected virtual AttentionIndex SelectCore(in Tensor query, in Tensor key) =>
        throw new NotSupportedException($"{GetType().Name} selects no keys.");
}
