namespace Kernels;

/// <summary>
/// Declares which keys of a prompt are worth keeping: those that the last query rows, the observation window, attend to. SnapKV (arXiv 2404.14469,
/// §4); Ada-KV (arXiv 2407.11550, §4) with an <see cref="OwnShare"/> below 1.
/// </summary>
/// <remarks>
/// Always causal; a selection per key head. With w = min(Window, queries of the run) and p = keys − w: the probabilities of the last w rows are
/// summed along the first p columns, reduced over the query heads of a key head, and pooled over neighbouring columns. Each head keeps its window and
/// its best c = Capacity − w columns. With own share α &lt; 1, head h keeps instead its best ⌊(1 − α)·n + α·c + ½⌋ columns, at most p, where n of the
/// best heads·c scores of all key heads are its own. Where keys do not exceed the capacity, all are kept. Equal scores are taken by ascending
/// head and column. <see cref="AttentionPlan.Select(Tensor, Tensor)"/> gives what is kept, for a
/// <see cref="CompactedCache"/>; a run visits it.
/// </remarks>
public sealed class ObservationWindowAttentionAttribute : AttentionAttribute
{
    /// <summary>Keys kept by a head on average, its window included: more than <see cref="Window"/>. Default 2048.</summary>
    public int Capacity { get; set; } = 2048;

    /// <summary>Last query rows that observe: 1 to 256. Default 32.</summary>
    public int Window { get; set; } = 32;

    /// <summary>How neighbouring columns share their scores. Default <see cref="ScorePooling.Average"/>.</summary>
    public ScorePooling Pooling { get; set; }

    /// <summary>Columns that share their scores, centred: odd, 1 to 255. Default 5.</summary>
    public int PoolWidth { get; set; } = 5;

    /// <summary>Share of the capacity that every head has for itself, 0 to 1. Default 1: every head keeps equally much.</summary>
    public float OwnShare { get; set; } = 1f;

    /// <summary>
    /// How the query heads of one key head share a selection: <see cref="GroupReduction.Sum"/>, <see cref="GroupReduction.Mean"/> (the default) or
    /// <see cref="GroupReduction.Max"/>.
    /// </summary>
    public GroupReduction Reduction { get; set; } = GroupReduction.Mean;
}
