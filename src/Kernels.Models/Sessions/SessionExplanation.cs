using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>What a session runs and holds.</summary>
/// <param name="Plans">Its plans: prompts, single tokens, and the head of every position where it was asked for.</param>
/// <param name="WeightBytes">
/// Bytes of the weights, shared with the model's other sessions: packed matrices, vectors, tables, and the embedding table
/// (on the cpu the mapped file, of which only the rows in use take memory).
/// </param>
/// <param name="CacheBytes">Bytes of the KV cache.</param>
/// <param name="WorkspaceBytes">Bytes of activations and kernels' workspaces.</param>
public sealed record SessionExplanation(IReadOnlyList<PlanExplanation> Plans, long WeightBytes, long CacheBytes, long WorkspaceBytes)
{
    /// <summary>Bytes of everything.</summary>
    public long TotalBytes => WeightBytes + CacheBytes + WorkspaceBytes;

    /// <summary>Every plan as a table, then the totals.</summary>
    public override string ToString()
    {
        var plans = string.Join(Environment.NewLine + Environment.NewLine, Plans);
        return FormattableString.Invariant(
            $"{plans}{Environment.NewLine}{Environment.NewLine}session: weights {Mebibytes(WeightBytes)} + KV cache {Mebibytes(CacheBytes)} + workspace {Mebibytes(WorkspaceBytes)} = {Mebibytes(TotalBytes)}");
    }

    private static string Mebibytes(long bytes) => FormattableString.Invariant($"{bytes / 1048576.0:f1} MiB");
}
