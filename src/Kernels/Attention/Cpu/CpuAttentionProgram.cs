using System.ComponentModel;

namespace Kernels;

/// <summary>Base of the generated SIMD programs: the tile arithmetic of one declared kernel at one vector width.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class CpuAttentionProgram : AttentionProgram
{
    /// <summary>Keys whose scores are held at once; spans are walked in chunks of this length.</summary>
    public const int ChunkKeys = 256;

    /// <summary>Keys of a chunk when rows are few and keys are read where they lie.</summary>
    public const int FewRowsChunk = 64;

    /// <summary>Most rows for which keys are read where they lie instead of being packed first.</summary>
    public const int FewRows = 16;

    /// <summary>Rows whose scores are held at once when keys are read where they lie.</summary>
    public const int FewRowsStep = 4;

    /// <summary>Vector width in bits.</summary>
    public abstract int VectorBits { get; }

    /// <summary>fp32 lanes of a vector.</summary>
    public int Lanes => VectorBits / 32;

    /// <summary>Keys, or value channels, of a packed panel.</summary>
    public abstract int Panel { get; }

    /// <summary>Rows of a query tile are padded to a multiple of this.</summary>
    public abstract int RowStep { get; }

    /// <summary>Rows of the largest register tile.</summary>
    public abstract int TileRows { get; }

    /// <summary>Floats from one row of a query tile to the next: the head dimension padded to whole vectors.</summary>
    public abstract int RowStride { get; }

    /// <summary>Factor applied to queries when a tile is loaded.</summary>
    public abstract float QueryScale { get; }

    /// <inheritdoc/>
    public override bool Targets(Device device) => device is CpuDevice cpu && cpu.VectorBits == VectorBits;

    /// <inheritdoc/>
    public override Support Supports(Device device, AttentionDeclaration declaration, in AttentionShape shape) => Support.Yes;

    /// <inheritdoc/>
    public override AttentionPlan Plan(Device device, AttentionDeclaration declaration, in AttentionShape shape) =>
        declaration.Pattern switch
        {
            AttentionPattern.Anchor => new CpuAnchorAttentionPlan((CpuDevice)device, declaration, shape, this),
            AttentionPattern.Routed => new CpuRoutedAttentionPlan((CpuDevice)device, declaration, shape, this),
            AttentionPattern.Indexed => new CpuIndexedAttentionPlan((CpuDevice)device, declaration, shape, this),
            AttentionPattern.Selected => declaration.Selection!.Estimator switch
            {
                KeyEstimator.LastRows => new CpuVerticalSlashPlan((CpuDevice)device, declaration, shape, this),
                KeyEstimator.LastRowsOrPooled => new CpuFlexPrefillPlan((CpuDevice)device, declaration, shape, this),
                KeyEstimator.ObservationWindow => new CpuObservationWindowPlan((CpuDevice)device, declaration, shape, this),
                _ => new CpuBlockSelectionPlan((CpuDevice)device, declaration, shape, this),
            },
            _ => new CpuTiledAttentionPlan((CpuDevice)device, declaration, shape, this),
        };

    /// <summary>Scores of <paramref name="rows"/> tile rows (a multiple of <see cref="RowStep"/>) against one panel of keys.</summary>
    /// <param name="query">First row, <see cref="RowStride"/> apart.</param>
    /// <param name="rows">Rows, padded.</param>
    /// <param name="keys">A packed panel, [head dim, <see cref="Panel"/>].</param>
    /// <param name="scores">Result, rows <see cref="ChunkKeys"/> apart.</param>
    public abstract void Score(float* query, int rows, float* keys, float* scores);

    /// <summary>Continues the state of a tile with a span of packed keys.</summary>
    /// <param name="tile">The rows and their state.</param>
    /// <param name="keys">Panels [keys / Panel][head dim][Panel] from the first key of the span.</param>
    /// <param name="values">Slices [row stride / Panel][keys][Panel] from the first key of the span.</param>
    /// <param name="slice">Floats from one slice of values to the next.</param>
    /// <param name="firstKey">Position of the first key, for masks.</param>
    /// <param name="count">Keys of the span.</param>
    /// <param name="visible">Keys of the span that row 0 may see; each further row sees one more.</param>
    /// <param name="partial">Whether the user's predicate must be asked.</param>
    /// <returns>Pairs visited.</returns>
    public abstract long Visit(
        in AttentionTile tile, float* keys, float* values, long slice, int firstKey, int count, int visible, bool partial);

    /// <summary>Continues the state of a few rows with keys read where they lie.</summary>
    /// <param name="tile">At most <see cref="FewRows"/> rows.</param>
    /// <param name="slices">The keys, at most <see cref="FewRowsChunk"/> together, ascending where causal; one slice more, without end, says what to fetch ahead.</param>
    /// <param name="count">Slices, that one not counted.</param>
    /// <param name="causal">Whether rows see keys up to their own position only.</param>
    /// <returns>Pairs visited.</returns>
    public abstract long VisitFew(in AttentionTile tile, KeySlice* slices, int count, bool causal);
}
