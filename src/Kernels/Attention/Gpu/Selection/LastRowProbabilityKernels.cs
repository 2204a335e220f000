using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>The probabilities of the last rows of runs, summed along key columns and along diagonals.</summary>
internal sealed class LastRowProbabilityKernels<TQuery, TKey> : IDisposable
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly IlgpuDevice _device;
    private readonly RowScores.Launcher<TQuery, TKey> _score;
    private readonly LastRowSums.Normaliser _normalise;
    private readonly LastRowSums.Summer _sum;
    private readonly int _rows, _keys;
    private IlgpuBuffer? _scores, _sums;

    public LastRowProbabilityKernels(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape)
    {
        _device = device;
        _score = device.Load<RowScores.Launcher<TQuery, TKey>>(RowScores.Source<TQuery, TKey>(declaration.Name, shape.Page > 0));
        _normalise = device.Load<LastRowSums.Normaliser>(LastRowSums.OfProbabilities(declaration.Name));
        _sum = device.Load<LastRowSums.Summer>(LastRowSums.OfSums(declaration.Name));
        (_rows, _keys) = (Math.Min(declaration.Selection!.LastRows, shape.Queries), shape.Keys);
    }

    /// <summary>Bytes for each pair of (sequence, query head).</summary>
    public long BytesPerPair => sizeof(float) * (_rows + LastRowSums.Kinds) * (long)_keys;

    /// <summary>Bytes held.</summary>
    public long ByteLength => (_scores?.ByteLength ?? 0) + (_sums?.ByteLength ?? 0);

    /// <summary>How many rows of a run are taken.</summary>
    public int RowsOf(int queries) => Math.Min(_rows, queries);

    /// <summary>Reserves room for <paramref name="pairs"/> pairs at a time.</summary>
    public void Reserve(int pairs)
    {
        _scores = new IlgpuBuffer(_device, (long)pairs * _rows * _keys * sizeof(float));
        _sums = new IlgpuBuffer(_device, (long)pairs * LastRowSums.Kinds * _keys * sizeof(float));
    }

    /// <summary>Sums those of a wave's pairs of (sequence, query head).</summary>
    /// <returns>[pair, kind, line]; see <see cref="LastRowSums"/>.</returns>
    public IlgpuBuffer Sum(ArrayView<TQuery> query, in KeyMemory<TKey> key, int pairs, in EstimateArguments wave, int kinds = LastRowSums.Kinds)
    {
        var rows = RowsOf(wave.Queries);
        var arguments = wave with { Stride = 1, ScoreRows = rows, FirstScoreRow = wave.FirstPosition + wave.Queries - rows, Columns = wave.Keys };
        var (scores, sums) = (_scores!.View<float>(), _sums!.View<float>());
        _score(
            _device.Stream,
            new KernelConfig(
                new Index3D((wave.Keys - 1) / RowScores.Side + 1, (rows - 1) / RowScores.Side + 1, pairs), new Index3D(RowScores.Threads, 1, 1)),
            query, key.Rows, key.Pages, scores, arguments);
        _normalise(_device.Stream, new KernelConfig(new Index3D(rows, pairs, 1), new Index3D(LastRowSums.Threads, 1, 1)), scores, arguments);
        _sum(
            _device.Stream,
            new KernelConfig(new Index3D((wave.Keys - 1) / LastRowSums.Threads + 1, kinds, pairs), new Index3D(LastRowSums.Threads, 1, 1)),
            scores, sums, arguments);
        return _sums;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scores?.Dispose();
        _sums?.Dispose();
    }
}
