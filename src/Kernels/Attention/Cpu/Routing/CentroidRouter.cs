namespace Kernels;

/// <summary>Finds the tokens whose directions are nearest to each centroid of a head.</summary>
internal sealed unsafe class CentroidRouter : IDisposable
{
    private const int Chunk = CpuAttentionProgram.ChunkKeys;

    private readonly CpuDevice _device;
    private readonly CpuAttentionProgram _program;
    private readonly ParallelAction _score, _choose;
    private readonly CpuBuffer _floats;
    private readonly ulong[][] _order;
    private readonly int _padded, _maxClusters, _maxTokens, _headDim;
    private readonly long _workerFloats;
    private HeadRows _source;
    private Memory<int> _ids;
    private int _clusters, _tokens, _count;

    public CentroidRouter(CpuDevice device, CpuAttentionProgram program, int clusters, int tokens, int headDim)
    {
        (_device, _program, _maxClusters, _maxTokens, _headDim) = (device, program, clusters, tokens, headDim);
        (_score, _choose) = (new ParallelAction(Score), new ParallelAction(Choose));
        _padded = KeyPanels.RoundUp(clusters, program.RowStep);
        // Per worker: packed tokens, their scores for every centroid, and a row of conversion scratch.
        _workerFloats = Chunk * (long)headDim + _padded * (long)Chunk + program.RowStride;
        _floats = (CpuBuffer)device.Allocate(
            (_padded * (long)program.RowStride + clusters * (long)tokens + device.Workers.Count * _workerFloats) * sizeof(float));
        _order = new ulong[device.Workers.Count][];
        for (var worker = 0; worker < _order.Length; worker++) _order[worker] = new ulong[tokens];
    }

    /// <summary>Bytes held.</summary>
    public long ByteLength => _floats.ByteLength + _order.Length * (long)_maxTokens * sizeof(ulong);

    private float* Centroids => (float*)_floats.Pointer;

    // One row of all tokens for each centroid.
    private float* Scores => Centroids + _padded * (long)_program.RowStride;

    private float* Workers => Scores + _maxClusters * (long)_maxTokens;

    /// <summary>Takes the centroids of a head.</summary>
    public void Load(in HeadRows centroids, int count)
    {
        _clusters = count;
        new Span<float>(Centroids, _padded * _program.RowStride).Clear();
        for (var i = 0; i < count; i++)
            new ReadOnlySpan<float>(centroids.Row(i, _headDim, null), _headDim).CopyTo(new Span<float>(Centroids + i * (long)_program.RowStride, _headDim));
    }

    /// <summary>Gives every centroid its nearest tokens: <paramref name="count"/> ascending ids for each, one after the other.</summary>
    public void Route(in HeadRows source, int tokens, int count, Memory<int> ids)
    {
        (_source, _tokens, _count, _ids) = (source, tokens, count, ids);
        _device.Workers.Run((tokens - 1) / Chunk + 1, _score);
        _device.Workers.Run(_clusters, _choose);
    }

    /// <inheritdoc/>
    public void Dispose() => _floats.Dispose();

    private void Score(int chunk, int worker)
    {
        var packed = Workers + worker * _workerFloats;
        var scores = packed + Chunk * (long)_headDim;
        var scratch = scores + _padded * (long)Chunk;
        var (start, rows) = (chunk * Chunk, KeyPanels.RoundUp(_clusters, _program.RowStep));
        var count = Math.Min(Chunk, _tokens - start);
        KeyPanels.PackKeys(_source, null, start, count, _headDim, _program.Panel, scratch, packed);
        for (var key = 0; key < count; key += _program.Panel) _program.Score(Centroids, rows, packed + key * (long)_headDim, scores + key);
        for (var i = 0; i < count; i++)
        {
            var row = _source.Row(start + i, _headDim, scratch);
            var squares = 0f;
            for (var c = 0; c < _headDim; c++) squares += row[c] * row[c];
            var factor = squares > 0 ? 1 / MathF.Sqrt(squares) : 0;
            for (var centroid = 0; centroid < _clusters; centroid++) Scores[centroid * (long)_maxTokens + start + i] = scores[centroid * Chunk + i] * factor;
        }
    }

    private void Choose(int centroid, int worker)
    {
        var order = _order[worker].AsSpan(0, _tokens);
        for (var token = 0; token < _tokens; token++) order[token] = ScoreOrder.Descending(Scores[centroid * (long)_maxTokens + token], token);
        ScoreOrder.Select(order, _count);
        var ids = _ids.Span.Slice(centroid * _count, _count);
        for (var i = 0; i < _count; i++) ids[i] = ScoreOrder.Id(order[i]);
        ids.Sort();
    }
}
