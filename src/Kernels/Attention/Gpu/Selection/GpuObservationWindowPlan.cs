using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>SnapKV and Ada-KV: the last rows' probabilities choose, for each key head, which keys are kept; every row then visits those.</summary>
internal sealed class GpuObservationWindowPlan<TQuery, TKey> : GpuSelectingPlan<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    // Finer shares would leave the products of numbers of keys no room in 64 bits.
    private const int MostShareBits = 40;

    private readonly LastRowProbabilityKernels<TQuery, TKey> _lastRows;
    private readonly KeptKeys.Scorer _score;
    private readonly KeptKeys.Chooser _size, _choose;
    private readonly KeptKeys.Marker _mark;
    private readonly KeyCompaction.Launcher _compact;
    private readonly IlgpuBuffer _kept, _sizes, _chosenBefore, _marks, _listed, _candidates;
    private readonly RangeLists _columns;
    private KeptArguments _arguments;

    public GpuObservationWindowPlan(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, GpuAttentionProgram program)
        : base(device, declaration, shape, program, pack: shape.GroupSize)
    {
        try
        {
            var name = declaration.Name;
            (_score, _mark) = (device.Load<KeptKeys.Scorer>(KeptKeys.OfScores(name)), device.Load<KeptKeys.Marker>(KeptKeys.OfMarks(name)));
            (_size, _choose) = (device.Load<KeptKeys.Chooser>(KeptKeys.OfSizes(name)), device.Load<KeptKeys.Chooser>(KeptKeys.OfChoices(name)));
            _compact = device.Load<KeyCompaction.Launcher>(KeyCompaction.Source(name));
            _lastRows = Own(new LastRowProbabilityKernels<TQuery, TKey>(device, declaration, shape));
            var keys = (long)shape.Keys;

            // The heads of a sequence compete for their keys, and are chosen for together.
            DivideIntoWaves(Pack * _lastRows.BytesPerPair + (2 * sizeof(float) + sizeof(int) + 1) * keys, 2 * sizeof(int), Heads);
            _lastRows.Reserve(WavePairs * Pack);
            _kept = Reserve(WavePairs * keys * sizeof(float));
            _sizes = Reserve(WavePairs * sizeof(int));
            _chosenBefore = Reserve(WavePairs * (keys + 1) * sizeof(int));
            _marks = Reserve(WavePairs * keys);
            _listed = Reserve(WavePairs * keys * sizeof(int));
            _columns = Own(RangeLists.OneRangeEach(device, WavePairs));
            _candidates = Reserve(Marshal.SizeOf<KeyRange>());
            _candidates.CopyFrom(MemoryMarshal.AsBytes([new KeyRange(0, shape.Keys)]));
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
        var rows = _lastRows.RowsOf(wave.Queries);
        var (factor, shift) = ExactShare(Selection.OwnShare, MostShareBits);
        _arguments = new KeptArguments
        {
            Keys = wave.Keys, Prefix = wave.Keys - rows, Heads = Heads, Group = Pack, Reduction = (int)Selection.Reduction,
            PoolWidth = Selection.PoolWidth, TakesLargest = Selection.Pooling == ScorePooling.Maximum ? 1 : 0, Own = Selection.TopK - rows,
            Compete = Selection.OwnShare == 1 ? 0 : 1, ShareFactor = factor, ShareShift = shift, MarkStride = Shape.Keys,
        };
        if (_arguments.Prefix <= _arguments.Own) return;
        var sums = _lastRows.Sum(Query, Key, pairs * Pack, wave, kinds: 1).View<float>();
        _score(
            Gpu.Stream, new KernelConfig(new Index3D((_arguments.Prefix - 1) / KeptKeys.Threads + 1, pairs, 1), new Index3D(KeptKeys.Threads, 1, 1)),
            sums, _kept.View<float>(), _arguments);
        if (_arguments.Compete != 0) Launch(_size, pairs / Heads);
        Launch(_choose, pairs);
    }

    /// <inheritdoc/>
    protected override Lists Choose(EstimateArguments wave, int pairs)
    {
        _mark(
            Gpu.Stream, new KernelConfig(new Index3D((Shape.Keys - 1) / KeptKeys.Threads + 1, pairs, 1), new Index3D(KeptKeys.Threads, 1, 1)),
            _chosenBefore.View<int>(), _marks.View<byte>(), _arguments);
        _compact(
            Gpu.Stream, new KernelConfig(new Index3D(1, pairs, 1), new Index3D(KeyCompaction.Threads, 1, 1)), _marks.View<byte>(),
            _candidates.View<KeyRange>(), _listed.View<int>(), _columns.Ranges.View<KeyRange>(), new SelectArguments { Groups = 1, ListStride = Shape.Keys });
        return new Lists(null, _columns, _listed, Shape.Keys);
    }

    /// <inheritdoc/>
    protected override int MostKeys(int keys) => Selection.OwnShare == 1 ? Math.Min(Selection.TopK, keys) : keys;

    private void Launch(KeptKeys.Chooser choose, int groups) => choose(
        Gpu.Stream, new KernelConfig(new Index3D(groups, 1, 1), new Index3D(LineChoice.Threads, 1, 1)),
        _kept.View<float>(), _sizes.View<int>(), _chosenBefore.View<int>(), _arguments);
}
