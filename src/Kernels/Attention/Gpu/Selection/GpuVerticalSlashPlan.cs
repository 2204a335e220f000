using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Vertical-Slash: the last rows' probabilities choose columns and diagonals per head; each row group makes ranges and columns of them.</summary>
internal sealed class GpuVerticalSlashPlan<TQuery, TKey> : GpuSelectingPlan<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly LastRowProbabilityKernels<TQuery, TKey> _lastRows;
    private readonly LineChoice.Launcher _choose;
    private readonly StripeMarks.Launcher _mark;
    private readonly RangeCompaction.Launcher _compactRanges;
    private readonly KeyCompaction.Launcher _compactColumns;
    private readonly IlgpuBuffer _chosenBefore, _rangeMarks, _columnMarks, _listed, _candidates;
    private readonly RangeLists _ranges, _columns;
    private readonly int _rangeStride;

    public GpuVerticalSlashPlan(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, GpuAttentionProgram program)
        : base(device, declaration, shape, program, pack: 1)
    {
        try
        {
            var name = declaration.Name;
            _lastRows = Own(new LastRowProbabilityKernels<TQuery, TKey>(device, declaration, shape));
            _choose = device.Load<LineChoice.Launcher>(LineChoice.Source(name));
            _mark = device.Load<StripeMarks.Launcher>(StripeMarks.Source(name));
            _compactRanges = device.Load<RangeCompaction.Launcher>(RangeCompaction.Source(name));
            _compactColumns = device.Load<KeyCompaction.Launcher>(KeyCompaction.Source(name));

            _rangeStride = Math.Min(Selection.Diagonals, (shape.Keys + 1) / 2);
            var (range, keys, kinds) = (Marshal.SizeOf<KeyRange>(), (long)shape.Keys, LastRowSums.Kinds);
            DivideIntoWaves(
                _lastRows.BytesPerPair + sizeof(int) * kinds * (keys + 1),
                (2 + sizeof(int)) * keys + (_rangeStride + 1L) * range + 4 * sizeof(int));
            var lists = WavePairs * WaveGroups;
            _lastRows.Reserve(WavePairs);
            _chosenBefore = Reserve(WavePairs * kinds * (keys + 1) * sizeof(int));
            _rangeMarks = Reserve(lists * keys);
            _columnMarks = Reserve(lists * keys);
            _listed = Reserve(lists * keys * sizeof(int));
            _ranges = Own(new RangeLists(device, lists, lists * _rangeStride));
            _columns = Own(RangeLists.OneRangeEach(device, lists));
            var candidates = Enumerable.Range(1, (shape.Keys - 1) / Selection.Rows + 1)
                .Select(group => new KeyRange(0, (int)Math.Min(group * (long)Selection.Rows, keys))).ToArray();
            _candidates = Reserve(candidates.Length * (long)range);
            _candidates.CopyFrom(MemoryMarshal.AsBytes(candidates.AsSpan()));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => base.WorkspaceBytes + _lastRows.ByteLength;

    /// <inheritdoc/>
    protected override void Prepare(in EstimateArguments wave, int pairs)
    {
        var sums = _lastRows.Sum(Query, Key, pairs, wave).View<float>();
        var tops = wave with { TopColumns = Math.Min(Selection.TopK, wave.Keys), TopDiagonals = Math.Min(Selection.Diagonals, wave.Keys) };
        _choose(
            Gpu.Stream, new KernelConfig(new Index3D(LastRowSums.Kinds, pairs, 1), new Index3D(LineChoice.Threads, 1, 1)),
            sums, _chosenBefore.View<int>(), tops);
    }

    /// <inheritdoc/>
    protected override Lists Choose(EstimateArguments wave, int pairs)
    {
        (wave.Sharing, wave.MarkStride, wave.RangeStride) = (1, Shape.Keys, _rangeStride);
        _mark(
            Gpu.Stream,
            new KernelConfig(new Index3D((Shape.Keys - 1) / StripeMarks.Threads + 1, wave.Groups, pairs), new Index3D(StripeMarks.Threads, 1, 1)),
            _chosenBefore.View<int>(), _rangeMarks.View<byte>(), _columnMarks.View<byte>(), wave);
        _compactRanges(
            Gpu.Stream, new KernelConfig(new Index3D(wave.Groups, pairs, 1), new Index3D(RangeCompaction.Threads, 1, 1)),
            _rangeMarks.View<byte>(), _ranges.Bounds.View<int>(), _ranges.Ranges.View<KeyRange>(), wave);
        var select = new SelectArguments { FirstGroup = wave.FirstGroup, Groups = wave.Groups, ListStride = Shape.Keys };
        _compactColumns(
            Gpu.Stream, new KernelConfig(new Index3D(wave.Groups, pairs, 1), new Index3D(KeyCompaction.Threads, 1, 1)),
            _columnMarks.View<byte>(), _candidates.View<KeyRange>(), _listed.View<int>(), _columns.Ranges.View<KeyRange>(), select);
        return new Lists(_ranges, _columns, _listed, Shape.Keys);
    }
}
