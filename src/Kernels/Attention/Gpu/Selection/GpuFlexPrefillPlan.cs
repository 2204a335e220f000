using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>FlexPrefill: per head, blocks by pooled probabilities of the whole run, or blocks of columns and diagonals by its last rows.</summary>
internal sealed class GpuFlexPrefillPlan<TQuery, TKey> : GpuSelectingPlan<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly LastRowProbabilityKernels<TQuery, TKey> _lastRows;
    private readonly GpuPooledEstimator<TQuery, TKey> _pooled;
    private readonly AdaptiveChoice.Summer _sum;
    private readonly AdaptiveChoice.Comparer _compare;
    private readonly AdaptiveChoice.Counter _count;
    private readonly AdaptiveChoice.Chooser _choose;
    private readonly AdaptiveChoice.Marker _mark;
    private readonly RangeCompaction.Launcher _compact;
    private readonly IlgpuBuffer _blockSums, _described, _estimates, _byMeans, _budgets, _meanBudgets, _linesBefore, _meansBefore, _marks;
    private readonly RangeLists _ranges;
    private readonly int _blocks, _rangeStride;
    private AdaptiveArguments _arguments;

    public GpuFlexPrefillPlan(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, GpuAttentionProgram program)
        : base(device, declaration, shape, program, pack: 1)
    {
        try
        {
            var name = declaration.Name;
            (_sum, _compare) = (device.Load<AdaptiveChoice.Summer>(AdaptiveChoice.OfSums(name)), device.Load<AdaptiveChoice.Comparer>(AdaptiveChoice.OfComparisons(name)));
            (_count, _choose) = (device.Load<AdaptiveChoice.Counter>(AdaptiveChoice.OfCounts(name)), device.Load<AdaptiveChoice.Chooser>(AdaptiveChoice.OfChoices(name)));
            _mark = device.Load<AdaptiveChoice.Marker>(AdaptiveChoice.OfMarks(name));
            _compact = device.Load<RangeCompaction.Launcher>(RangeCompaction.Source(name));
            _lastRows = Own(new LastRowProbabilityKernels<TQuery, TKey>(device, declaration, shape));
            _pooled = Own(new GpuPooledEstimator<TQuery, TKey>(device, declaration, shape));
            _blocks = (shape.Keys - 1) / Selection.Block + 1;
            _rangeStride = (_blocks + 1) / 2;
            var (range, kinds) = (Marshal.SizeOf<KeyRange>(), LastRowSums.Kinds);
            var (groups, entries) = (MostGroups, (long)MostGroups * _blocks);
            DivideIntoWaves(
                _lastRows.BytesPerPair + groups * _pooled.BytesPerGroup + sizeof(int) * (2 * entries + (2 * kinds + 2L) * _blocks),
                _blocks + _rangeStride * (long)range + 2 * sizeof(int));
            _lastRows.Reserve(WavePairs);
            _pooled.ReserveWave(WavePairs, groups);
            _blockSums = Reserve(WavePairs * kinds * (long)_blocks * sizeof(float));
            _described = Reserve(WavePairs * (long)_blocks * sizeof(float));
            _estimates = Reserve(WavePairs * entries * sizeof(float));
            (_byMeans, _budgets, _meanBudgets) =
                (Reserve(WavePairs * sizeof(int)), Reserve(WavePairs * kinds * sizeof(int)), Reserve(WavePairs * sizeof(int)));
            _linesBefore = Reserve(WavePairs * kinds * (_blocks + 1L) * sizeof(int));
            _meansBefore = Reserve(WavePairs * (entries + 1) * sizeof(int));
            var lists = WavePairs * WaveGroups;
            _marks = Reserve(lists * (long)_blocks);
            _ranges = Own(new RangeLists(device, lists, lists * _rangeStride));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => base.WorkspaceBytes + _lastRows.ByteLength + _pooled.ByteLength;

    /// <inheritdoc/>
    protected override void Summarise(in EstimateArguments run, int sequence, int batch) => _pooled.Summarise(Key, sequence, batch, run);

    /// <inheritdoc/>
    protected override void Prepare(in EstimateArguments wave, int pairs)
    {
        var (block, first) = (Selection.Block, wave.FirstPosition / Selection.Block);
        var rows = _lastRows.RowsOf(wave.Queries);
        _arguments = new AdaptiveArguments
        {
            Keys = wave.Keys, Block = block, Blocks = wave.Blocks, LastRows = rows, Groups = wave.Blocks - first, FirstGroup = first,
            Lines = LastRowSums.Kinds, Divergence = Selection.Divergence, Least = Math.Min(wave.Blocks, Math.Max(1, Selection.MinBudget / block)),
            Dense = wave.Keys <= Math.Max(2L * block, (Selection.MinBudget + block - 1L) / block * block) ? 1 : 0, MarkStride = _blocks,
        };
        if (_arguments.Dense != 0) return;

        // The last rows by themselves, in one group, and all row groups.
        var before = wave.Queries - rows;
        _pooled.Estimate(
            Query, Key, pairs,
            wave with { Query = wave.Query.From(before), Queries = rows, FirstPosition = wave.FirstPosition + before, Rows = int.MaxValue, FirstGroup = 0, Groups = 1 },
            _described);
        _pooled.Estimate(Query, Key, pairs, wave with { FirstGroup = first, Groups = _arguments.Groups }, _estimates);
        var sums = _lastRows.Sum(Query, Key, pairs, wave).View<float>();
        var (blockSums, byMeans, lines) = (_blockSums.View<float>(), _byMeans.View<int>(), LastRowSums.Kinds);
        _sum(
            Gpu.Stream, Grid(new Index3D((wave.Blocks - 1) / AdaptiveChoice.Threads + 1, lines, pairs)), sums, blockSums, _arguments);
        _compare(Gpu.Stream, Grid(new Index3D(pairs, 1, 1)), blockSums, _described.View<float>(), byMeans, _arguments);

        _count(
            Gpu.Stream, Grid(new Index3D(lines, pairs, 1)), sums, byMeans, _budgets.View<int>(),
            _arguments with { Estimates = wave.Keys, Total = InUnits(Selection.Mass, rows) });
        Choose(pairs, blockSums, _budgets, _linesBefore, _arguments with { Estimates = wave.Blocks });
        var means = _arguments with { Lines = 1, Estimates = _arguments.Groups * wave.Blocks, Total = InUnits(Selection.Mass, _arguments.Groups), ByMeans = 1 };
        _count(Gpu.Stream, Grid(new Index3D(1, pairs, 1)), _estimates.View<float>(), byMeans, _meanBudgets.View<int>(), means);
        Choose(pairs, _estimates.View<float>(), _meanBudgets, _meansBefore, means);
    }

    /// <inheritdoc/>
    protected override Lists Choose(EstimateArguments wave, int pairs)
    {
        _mark(
            Gpu.Stream, Grid(new Index3D((wave.Blocks - 1) / AdaptiveChoice.Threads + 1, wave.Groups, pairs)), _linesBefore.View<int>(),
            _meansBefore.View<int>(), _marks.View<byte>(), _arguments with { MarkedGroups = wave.Groups, FirstMarked = wave.FirstGroup });
        (wave.Sharing, wave.MarkStride, wave.RangeStride) = (1, _blocks, _rangeStride);
        _compact(
            Gpu.Stream, new KernelConfig(new Index3D(wave.Groups, pairs, 1), new Index3D(RangeCompaction.Threads, 1, 1)),
            _marks.View<byte>(), _ranges.Bounds.View<int>(), _ranges.Ranges.View<KeyRange>(), wave);
        return new Lists(_ranges, null, _ranges.Bounds, 0);
    }

    private static long InUnits(float mass, int rows) => (long)((double)mass * rows * AdaptiveChoice.Units);

    private static KernelConfig Grid(Index3D grid) => new(grid, new Index3D(AdaptiveChoice.Threads, 1, 1));

    private void Choose(int pairs, ArrayView<float> estimates, IlgpuBuffer budgets, IlgpuBuffer chosenBefore, in AdaptiveArguments arguments) => _choose(
        Gpu.Stream, new KernelConfig(new Index3D(arguments.Lines, pairs, 1), new Index3D(LineChoice.Threads, 1, 1)),
        estimates, budgets.View<int>(), chosenBefore.View<int>(), arguments);
}
