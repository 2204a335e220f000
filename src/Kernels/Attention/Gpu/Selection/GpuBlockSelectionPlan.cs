using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Attention over key blocks chosen by an estimate: estimator → marks → ranges, then the visit.</summary>
internal sealed class GpuBlockSelectionPlan<TQuery, TKey> : GpuSelectingPlan<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    // A 32-bit number of blocks times a significand has room in 64 bits whatever the shift.
    private const int MostShareBits = 62;

    private readonly GpuBlockEstimator<TQuery, TKey> _estimator;
    private readonly BlockChoice.Launcher _choose;
    private readonly RangeCompaction.Launcher _compact;
    private readonly IlgpuBuffer _estimates, _marks;
    private readonly RangeLists _lists;
    private readonly int _blocks, _rangeStride, _shareFactor, _shareShift;

    public GpuBlockSelectionPlan(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, GpuAttentionProgram program)
        : base(device, declaration, shape, program, SharesLists(declaration.Selection!) ? shape.GroupSize : 1)
    {
        try
        {
            _choose = device.Load<BlockChoice.Launcher>(BlockChoice.Source(declaration.Name, program.ChooseBlocks()));
            _compact = device.Load<RangeCompaction.Launcher>(RangeCompaction.Source(declaration.Name));
            _estimator = Own<GpuBlockEstimator<TQuery, TKey>>(Selection.Estimator switch
            {
                KeyEstimator.Pooled => new GpuPooledEstimator<TQuery, TKey>(device, declaration, shape),
                KeyEstimator.Gate or KeyEstimator.GroupGate => new GpuGateEstimator<TQuery, TKey>(device, declaration, shape),
                KeyEstimator.Bounds => new GpuBoundsEstimator<TQuery, TKey>(device, declaration, shape),
                _ => new GpuSquareEstimator<TQuery, TKey>(device, declaration, shape),
            });
            _blocks = (shape.Keys - 1) / Selection.Block + 1;
            _rangeStride = (_blocks + 1) / 2;
            (_shareFactor, _shareShift) = ExactShare(Selection.TopShare, MostShareBits);
            var (range, bounds) = (Marshal.SizeOf<KeyRange>(), 2 * sizeof(int));
            DivideIntoWaves(0, Estimated * (_estimator.BytesPerGroup + _blocks * (sizeof(float) + 1L)) + _rangeStride * (long)range + bounds);
            var groups = WavePairs * WaveGroups;
            _estimator.ReserveWave(WavePairs * Estimated, WaveGroups);
            _estimates = Reserve((long)groups * Estimated * _blocks * sizeof(float));
            _marks = Reserve((long)groups * Choices * _blocks);
            _lists = Own(new RangeLists(device, groups, groups * _rangeStride));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => base.WorkspaceBytes + _estimator.ByteLength;

    // Estimates that make one list.
    private int Estimated => Selection.Estimator == KeyEstimator.GroupGate ? 1 : Pack;

    // Choices whose blocks make one list.
    private int Choices => Selection.Reduction == GroupReduction.Any ? Pack : 1;

    /// <inheritdoc/>
    protected override void UseGate(GateKeyCache gate) => ((GpuGateEstimator<TQuery, TKey>)_estimator).Cache = gate;

    /// <inheritdoc/>
    protected override void Summarise(in EstimateArguments run, int sequence, int batch) => _estimator.Summarise(Key, sequence, batch, run);

    /// <inheritdoc/>
    protected override Lists Choose(EstimateArguments wave, int pairs)
    {
        (wave.ShareFactor, wave.ShareShift) = (_shareFactor, _shareShift);
        (wave.MarkStride, wave.RangeStride) = (_blocks, _rangeStride);
        var apart = Boundary / Selection.Block;
        ChooseAmong(Boundary > 0 ? wave with { EndBlock = apart } : wave, pairs);
        if (Boundary > 0) ChooseAmong(wave with { FirstBlock = apart }, pairs);
        wave.Sharing = Choices;
        _compact(
            Gpu.Stream, new KernelConfig(new Index3D(wave.Groups, pairs, 1), new Index3D(RangeCompaction.Threads, 1, 1)),
            _marks.View<byte>(), _lists.Bounds.View<int>(), _lists.Ranges.View<KeyRange>(), wave);
        return new Lists(_lists, null, _lists.Bounds, 0);
    }

    /// <inheritdoc/>
    protected override int MostKeys(int keys) => Selection.TopK > 0 && Selection.DenseGroups == 0 ? (int)Math.Min((long)Selection.TopK * Choices * Selection.Block, keys) : keys;

    // Chooses among blocks [FirstBlock, EndBlock); the probabilities are those of all blocks from the first on.
    private void ChooseAmong(EstimateArguments wave, int pairs)
    {
        wave.HasDescriptions = Selection.SelfSimilarity > 0 ? 1 : 0;
        _estimator.Estimate(Query, Key, pairs * Estimated, wave, _estimates);
        (wave.Sharing, wave.Reduction) = (Estimated / Choices, (int)Selection.Reduction);
        (wave.TopK, wave.Mass, wave.Threshold, wave.Difference) = (Selection.TopK, Selection.Mass, Selection.Threshold, Selection.Difference);
        _choose(
            Gpu.Stream,
            new KernelConfig(
                new Index3D((wave.Blocks - 1) / BlockChoice.Threads + 1, wave.Groups, pairs * Choices), new Index3D(BlockChoice.Threads, 1, 1)),
            _estimates.View<float>(), _estimator.DescribedKeys.View<byte>(), _estimator.DescribedRows.View<byte>(), _marks.View<byte>(), wave);
    }

    private static bool SharesLists(KeySelection selection) => selection.Reduction != GroupReduction.None || selection.Estimator == KeyEstimator.GroupGate;
}
