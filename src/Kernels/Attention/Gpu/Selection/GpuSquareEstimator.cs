using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// Probabilities of squares of scores, summed over blocks and averaged over a row group: the antidiagonal sums of XAttention, and with squares
/// of side 1 the rows' own probabilities.
/// </summary>
internal sealed class GpuSquareEstimator<TQuery, TKey> : GpuBlockEstimator<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly RowScores.Launcher<TQuery, TKey> _score;
    private readonly BlockEstimates.Launcher _estimate;
    private readonly int _side;
    private IlgpuBuffer _scores = null!;

    public GpuSquareEstimator(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape)
        : base(device, declaration, shape)
    {
        _side = Selection.Estimator == KeyEstimator.Antidiagonal ? Selection.Stride : 1;
        _score = device.Load<RowScores.Launcher<TQuery, TKey>>(RowScores.Source<TQuery, TKey>(declaration.Name, shape.Page > 0));
        _estimate = device.Load<BlockEstimates.Launcher>(BlockEstimates.Source(declaration.Name));
    }

    /// <inheritdoc/>
    public override long BytesPerGroup => (long)GroupRows * Columns(Shape.Keys) * sizeof(float);

    /// <inheritdoc/>
    public override IlgpuBuffer DescribedKeys => _scores;

    /// <inheritdoc/>
    public override IlgpuBuffer DescribedRows => _scores;

    private int GroupRows => Selection.Rows / _side;

    /// <inheritdoc/>
    public override void ReserveWave(int pairs, int groups) => _scores = Reserve(pairs * (long)groups * BytesPerGroup);

    /// <inheritdoc/>
    public override void Summarise(in KeyMemory<TKey> key, int sequence, int batch, in EstimateArguments run)
    {
        // Keys are taken as they are.
    }

    /// <inheritdoc/>
    public override void Estimate(ArrayView<TQuery> query, in KeyMemory<TKey> key, int pairs, EstimateArguments wave, IlgpuBuffer estimates)
    {
        var squares = wave with
        {
            Stride = _side, ScoreRows = wave.Groups * GroupRows, FirstScoreRow = wave.FirstGroup * GroupRows, Columns = Columns(wave.Keys),
        };
        _score(
            Device.Stream,
            new KernelConfig(
                new Index3D((squares.Columns - 1) / RowScores.Side + 1, (squares.ScoreRows - 1) / RowScores.Side + 1, pairs),
                new Index3D(RowScores.Threads, 1, 1)),
            query, key.Rows, key.Pages, _scores.View<float>(), squares);
        _estimate(
            Device.Stream, new KernelConfig(new Index3D(wave.Groups, pairs, 1), new Index3D(BlockEstimates.Threads, 1, 1)),
            _scores.View<float>(), DescribedKeys.View<byte>(), estimates.View<float>(), squares);
    }

    private int Columns(int keys) => (keys - 1) / _side + 1;
}
