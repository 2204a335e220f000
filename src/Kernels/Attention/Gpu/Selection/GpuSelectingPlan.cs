using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>Attention whose lists each run selects on the device, for a wave of pairs and row groups just before they are visited.</summary>
/// <remarks>Groups lie on absolute positions; a run that holds a part of a group selects from the rows it holds.</remarks>
internal abstract class GpuSelectingPlan<TQuery, TKey> : GpuListedAttentionPlan<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    // CUDA's limit on the second dimension of a grid.
    private const int GridGroups = 65_535;

    private const long WaveBytes = 256L << 20;

    // A significand of fp32 and the exponent of its last bit.
    private const int SignificandBits = 24;

    private SelectedLists? _selected;

    /// <summary>Creates the plan; <paramref name="pack"/> is how many query heads share a list.</summary>
    protected GpuSelectingPlan(
        IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, GpuAttentionProgram program, int pack)
        : base(device, declaration, shape, program, pack, declaration.Selection!.Rows) => Pack = pack;

    /// <summary>Query heads that share a list.</summary>
    protected int Pack { get; }

    /// <summary>First key of the second scope of a selection; 0 for one scope.</summary>
    protected int Boundary { get; private set; }

    protected KeySelection Selection => Declaration.Selection!;

    /// <summary>Most row groups of a run.</summary>
    protected int MostGroups => Declaration.Causal
        ? (int)Math.Min((Shape.Queries - 1L) / Selection.Rows + 2, (Shape.Keys - 1L) / Selection.Rows + 1)
        : (Shape.Queries - 1) / Selection.Rows + 1;

    /// <summary>Most row groups of a wave, and most pairs of (sequence, list head).</summary>
    protected int WaveGroups { get; private set; }

    /// <inheritdoc cref="WaveGroups"/>
    protected int WavePairs { get; private set; }

    /// <summary>Divides the largest run into waves.</summary>
    /// <param name="pairBytes">Bytes for each pair of (sequence, list head).</param>
    /// <param name="groupBytes">Bytes for each row group of it.</param>
    /// <param name="together">Pairs that are never parted.</param>
    protected void DivideIntoWaves(long pairBytes, long groupBytes, int together = 1)
    {
        WaveGroups = (int)Math.Clamp(WaveBytes / groupBytes, 1, Math.Min(MostGroups, GridGroups));
        WavePairs = (int)Math.Clamp(WaveBytes / (pairBytes + WaveGroups * groupBytes) / together, 1, Shape.Batch * Heads / together) * together;
    }

    /// <inheritdoc/>
    protected sealed override AttentionIndex SelectCore(in Tensor query, in Tensor key)
    {
        var end = Declaration.Causal ? key[1] : query[1];
        _selected = new SelectedLists(query[0], Heads, end - query[1], end, key[1], Selection);
        try
        {
            RunCore(new AttentionRun(query, key, key, query));
            return _selected.ToIndex();
        }
        finally
        {
            _selected = null;
        }
    }

    /// <inheritdoc/>
    protected sealed override AttentionIndex SelectCore(in Tensor query, in Tensor key, int boundary)
    {
        Boundary = boundary;
        try
        {
            return SelectCore(query, key);
        }
        finally
        {
            Boundary = 0;
        }
    }

    /// <inheritdoc/>
    protected sealed override void Launch(VisitArguments run, int pairs)
    {
        var arguments = new EstimateArguments
        {
            Query = run.Query,
            Key = run.Key,
            Heads = Shape.QueryHeads,
            Group = Shape.GroupSize,
            Queries = run.Queries,
            Keys = run.Keys,
            FirstPosition = run.FirstPosition,
            Causal = run.Causal,
            HeadDim = Shape.HeadDim,
            Scale = Program.QueryScale,
            Rows = Selection.Rows,
            Block = Selection.Block,
            Blocks = (run.Keys - 1) / Selection.Block + 1,
            EndBlock = (run.Keys - 1) / Selection.Block + 1,
            Sink = Selection.Sink,
            Local = Selection.Local,
            FirstDense = (run.FirstPosition + run.Queries - 1) / Selection.Rows - Selection.DenseGroups + 1,
        };
        Summarise(arguments, run.FirstPair / Heads, pairs / Heads);
        var (first, end) = (run.FirstPosition / run.Block, (run.FirstPosition + run.Queries - 1) / run.Block + 1);
        for (var pair = 0; pair < pairs; pair += WavePairs)
        {
            var count = Math.Min(WavePairs, pairs - pair);
            arguments.FirstPair = pair * Pack;
            Prepare(arguments, count);
            for (var group = first; group < end; group += WaveGroups)
            {
                (arguments.FirstGroup, arguments.Groups) = (group, Math.Min(WaveGroups, end - group));
                var lists = Choose(arguments, count);
                if (_selected is { } selected) Read(selected, lists, pair, count, group, arguments.Groups);
                else
                    VisitGroups(
                        run with { FirstPair = run.FirstPair + pair, Lists = arguments.Groups, ListStride = lists.ColumnStride }, count, group, group + arguments.Groups,
                        MostKeys(run.Keys), lists.Ranges, lists.Columns, lists.Listed);
            }
        }
    }

    /// <summary>share = factor ÷ 2^shift with a shift of at most <paramref name="bits"/>, so that kernels need no fp64 to take the whole part of a product.</summary>
    protected static (int Factor, int Shift) ExactShare(float share, int bits)
    {
        if (share == 0) return (0, 0);
        var shift = Math.Min(bits, SignificandBits - 1 - MathF.ILogB(share));
        return ((int)MathF.ScaleB(share, shift), shift);
    }

    /// <summary>Summarises the keys of <paramref name="batch"/> sequences, the first being number <paramref name="sequence"/> of the run.</summary>
    protected virtual void Summarise(in EstimateArguments run, int sequence, int batch)
    {
    }

    /// <summary>Estimates what the row groups of a wave's pairs have in common.</summary>
    protected virtual void Prepare(in EstimateArguments wave, int pairs)
    {
    }

    /// <summary>Writes the lists of a wave.</summary>
    protected abstract Lists Choose(EstimateArguments wave, int pairs);

    /// <summary>Most keys of a list in a run of <paramref name="keys"/>.</summary>
    protected virtual int MostKeys(int keys) => keys;

    private static void Read(SelectedLists selected, in Lists lists, int firstPair, int pairs, int firstGroup, int groups)
    {
        var ranges = lists.Ranges?.Read(pairs * groups);
        var columns = lists.Columns?.Read(pairs * groups);
        var listed = new int[columns is null ? 0 : pairs * groups * lists.ColumnStride];
        lists.Listed.CopyTo(MemoryMarshal.AsBytes(listed.AsSpan()));
        for (var pair = 0; pair < pairs; pair++)
        for (var group = 0; group < groups; group++)
        {
            var list = pair * groups + group;
            selected.Set(
                firstPair + pair, firstGroup + group, ranges is null ? [] : [.. ranges[list].Select(range => new KeySpan(range.Start, range.End))],
                columns is null ? [] : listed.AsSpan((int)(list * lists.ColumnStride), columns[list][0].End).ToArray());
        }
    }

    /// <summary>The lists of a wave.</summary>
    /// <param name="Ranges">Ranges of keys, [pair, row group]; null where there are none.</param>
    /// <param name="Columns">One range each of entries of <paramref name="Listed"/>; null where there are no columns.</param>
    /// <param name="Listed">Columns, or a dummy.</param>
    /// <param name="ColumnStride">Entries between the columns of lists.</param>
    protected readonly record struct Lists(RangeLists? Ranges, RangeLists? Columns, IlgpuBuffer Listed, long ColumnStride);
}
