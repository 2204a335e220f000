using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>What every SIMD attention plan shares: the bound tensors of a run, decoding with few rows, and finishing rows.</summary>
internal abstract unsafe class CpuAttentionPlan : AttentionPlan
{
    /// <summary>Keys one task of a few-row run walks; a fixed length, so that results do not depend on the thread count.</summary>
    private const int SplitKeys = 4096;

    internal readonly CpuDevice Cpu;
    internal readonly CpuAttentionProgram Program;
    internal readonly int Stride;

    private readonly ParallelAction _few, _merge;
    private readonly CpuBuffer _states, _chunks;
    private readonly long _stateFloats, _chunkFloats;
    private readonly long[] _visited;
    private readonly int _maxSplits;
    private Head _query, _key, _value, _output, _logSumExp;
    private AttentionWork _work;

    protected CpuAttentionPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape)
    {
        Cpu = device;
        Program = program;
        Stride = program.RowStride;
        Map = declaration.Pattern == AttentionPattern.Masked ? BlockMap.Build(declaration, device, shape) : null;
        _few = new ParallelAction(VisitSplit);
        _merge = new ParallelAction(MergeSplits);
        _maxSplits = ReadsFewRowsInPlace ? (shape.Keys + SplitKeys - 1) / SplitKeys : 0;
        _visited = new long[device.Workers.Count];

        // A state is query, accumulator, maximum and sum of FewRows rows.
        _stateFloats = CpuAttentionProgram.FewRows * (2L * Stride + 16 + program.Lanes);
        _states = (CpuBuffer)device.Allocate(shape.Batch * shape.KeyHeads * (long)_maxSplits * _stateFloats * sizeof(float));
        // Per worker: widened keys and values, scores, and one row of conversion scratch.
        _chunkFloats = CpuAttentionProgram.FewRowsChunk * 2L * Stride + CpuAttentionProgram.FewRowsStep * (long)CpuAttentionProgram.ChunkKeys + 2 * Stride;
        _chunks = (CpuBuffer)device.Allocate(ReadsFewRowsInPlace ? device.Workers.Count * _chunkFloats * sizeof(float) : 0);
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _states.ByteLength + _chunks.ByteLength + (Map?.ByteLength ?? 0);

    /// <inheritdoc/>
    public override AttentionWork Work => _work;

    // An anchor group selects its keys whatever its number of rows: it has no shorter way.
    // Lists of keys are split by what they list.
    private bool ReadsFewRowsInPlace => Declaration.Pattern is AttentionPattern.Dense or AttentionPattern.Masked;

    /// <summary>Blocks a mask leaves; null for other patterns.</summary>
    protected BlockMap? Map { get; }

    /// <summary>Sequences, query and key tokens of the current run.</summary>
    internal int Batch { get; private set; }

    /// <summary>Query tokens of the current run.</summary>
    internal int Queries { get; private set; }

    /// <summary>Key tokens of the current run.</summary>
    internal int Keys { get; private set; }

    /// <summary>Position of the first query: causal queries are aligned with the last keys.</summary>
    internal int FirstPosition => Declaration.Causal ? Keys - Queries : 0;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _states.Dispose();
        _chunks.Dispose();
    }

    /// <inheritdoc/>
    protected sealed override void RunCore(in Tensor query, in Tensor key, in Tensor value, in Tensor output, in Tensor? logSumExp)
    {
        Bind(query, key, value, output, logSumExp);
        Array.Clear(_visited);
        if (ReadsFewRowsInPlace && Queries * Shape.GroupSize <= CpuAttentionProgram.FewRows && Queries <= 4) RunFewRows();
        else RunTiles();

        long visited = 0;
        foreach (var count in _visited) visited += count;
        var pairs = Declaration.Causal ? (long)Queries * (Keys - Queries) + Queries * (Queries + 1L) / 2 : (long)Queries * Keys;
        _work = new AttentionWork(visited, pairs * Batch * Shape.QueryHeads);
    }

    protected void Bind(in Tensor query, in Tensor key, in Tensor value, in Tensor output, in Tensor? logSumExp)
    {
        (_query, _key, _value, _output) = (new Head(query), new Head(key), new Head(value), new Head(output));
        _logSumExp = logSumExp is { } lse ? new Head(lse) : default;
        (Batch, Queries, Keys) = (query[0], query[1], key[1]);
    }

    /// <summary>Runs with enough rows to pack keys.</summary>
    protected abstract void RunTiles();

    protected void Count(int worker, long pairs) => _visited[worker] += pairs;

    internal Head KeyHead(int batch, int head) => _key.At(batch, head);

    internal Head QueryHead(int batch, int head) => _query.At(batch, head);

    internal Head ValueHead(int batch, int head) => _value.At(batch, head);

    /// <summary>Loads scaled queries of one head into consecutive rows and resets the state of the tile.</summary>
    protected void Load(ref AttentionTile tile, int batch, int head, int row, int rows, float* scratch)
    {
        tile.Rows = rows;
        tile.Position = FirstPosition + row;
        tile.Batch = batch;
        tile.Head = head;
        tile.Group = 1;
        var source = _query.At(batch, head);
        for (var r = 0; r < rows; r++) LoadRow(source, row + r, tile.Query + (long)r * Stride, scratch);
        Reset(tile);
    }

    /// <summary>Normalises rows and writes them, with their log-sum-exp where asked for.</summary>
    protected void Finish(in AttentionTile tile, int row)
    {
        for (var r = 0; r < tile.Rows; r++) FinishRow(tile, r, tile.Batch, tile.Head, row + r);
    }

    protected void Reset(in AttentionTile tile)
    {
        var padded = KeyPanels.RoundUp(tile.Rows, Program.RowStep);
        new Span<float>(tile.Query + (long)tile.Rows * Stride, (padded - tile.Rows) * Stride).Clear();
        new Span<float>(tile.Accumulator, padded * Stride).Clear();
        new Span<float>(tile.Maximum, padded).Fill(float.NegativeInfinity);
        new Span<float>(tile.Sum, padded * Program.Lanes).Clear();
    }

    private void RunFewRows()
    {
        var splits = (Keys + SplitKeys - 1) / SplitKeys;
        Cpu.Workers.Run(Batch * Shape.KeyHeads * splits, _few);
        Cpu.Workers.Run(Batch * Shape.KeyHeads, _merge);
    }

    private AttentionTile State(int batch, int keyHead, int split)
    {
        var rows = Queries * Shape.GroupSize;
        var floats = (float*)_states.Pointer + ((batch * Shape.KeyHeads + keyHead) * (long)_maxSplits + split) * _stateFloats;
        return new AttentionTile
        {
            Query = floats,
            Accumulator = floats + CpuAttentionProgram.FewRows * Stride,
            Sum = floats + CpuAttentionProgram.FewRows * 2 * Stride,
            Maximum = floats + CpuAttentionProgram.FewRows * (2 * Stride + Program.Lanes),
            Rows = rows,
            Position = FirstPosition,
            Batch = batch,
            Head = keyHead * Shape.GroupSize,
            Group = Shape.GroupSize,
        };
    }

    private void VisitSplit(int task, int worker)
    {
        var splits = (Keys + SplitKeys - 1) / SplitKeys;
        var (pair, split) = (task / splits, task % splits);
        var (batch, keyHead) = (pair / Shape.KeyHeads, pair % Shape.KeyHeads);
        var chunk = (float*)_chunks.Pointer + worker * _chunkFloats;
        var scratch = chunk + _chunkFloats - 2 * Stride;
        var tile = State(batch, keyHead, split);
        tile.Scores = chunk + CpuAttentionProgram.FewRowsChunk * 2 * Stride;
        for (var r = 0; r < tile.Rows; r++)
            LoadRow(_query.At(batch, tile.Head + r % tile.Group), r / tile.Group, tile.Query + (long)r * Stride, scratch);
        Reset(tile);

        var (first, end) = (split * SplitKeys, Math.Min(Keys, (split + 1) * SplitKeys));
        if (Map is null)
        {
            WalkFew(tile, first, end, false, chunk, worker);
            return;
        }

        // Rows that share a row of the block map walk together: the heads of a token, or one row where masks differ by head.
        var bundle = Declaration.PerHead ? 1 : tile.Group;
        for (var r = 0; r < tile.Rows; r += bundle)
        {
            var part = tile;
            part.Query += (long)r * Stride;
            part.Accumulator += (long)r * Stride;
            part.Maximum += r;
            part.Sum += r * Program.Lanes;
            part.Rows = bundle;
            part.Position += r / tile.Group;
            part.Head += r % tile.Group;
            part.Group = bundle;
            foreach (var entry in Map.Row(batch, part.Head, part.Position / Map.Block))
            {
                var start = (entry >> 1) * Map.Block;
                var (from, to) = (Math.Max(first, start), Math.Min(end, start + Map.Block));
                if (from < to) WalkFew(part, from, to, (entry & 1) == 0, chunk, worker);
            }
        }
    }

    private void WalkFew(in AttentionTile tile, int first, int end, bool partial, float* chunk, int worker)
    {
        var (key, value) = (KeyHead(tile.Batch, tile.Head / Shape.GroupSize), ValueHead(tile.Batch, tile.Head / Shape.GroupSize));
        var widened = chunk + CpuAttentionProgram.FewRowsChunk * Stride;
        for (var start = first; start < end; start += CpuAttentionProgram.FewRowsChunk)
        {
            var count = Math.Min(CpuAttentionProgram.FewRowsChunk, end - start);
            Count(worker, Program.VisitFew(
                tile, key.Rows(start, count, Shape.HeadDim, chunk, Stride, out var keyStride),
                value.Rows(start, count, Shape.HeadDim, widened, Stride, out var valueStride),
                keyStride, valueStride, start, count, Declaration.Causal, partial));
        }
    }

    private void MergeSplits(int task, int worker)
    {
        var splits = (Keys + SplitKeys - 1) / SplitKeys;
        var (batch, keyHead) = (task / Shape.KeyHeads, task % Shape.KeyHeads);
        var merged = State(batch, keyHead, 0);
        for (var split = 1; split < splits; split++) Merge(ref merged, State(batch, keyHead, split));

        for (var r = 0; r < merged.Rows; r++) FinishRow(merged, r, batch, merged.Head + r % merged.Group, r / merged.Group);
    }

    /// <summary>Adds the state of the same rows over other keys.</summary>
    protected void Merge(ref AttentionTile merged, in AttentionTile next)
    {
        for (var r = 0; r < merged.Rows; r++)
        {
            var maximum = MathF.Max(merged.Maximum[r], next.Maximum[r]);
            if (float.IsNegativeInfinity(maximum)) continue;
            var (left, right) = (float.Exp2(merged.Maximum[r] - maximum), float.Exp2(next.Maximum[r] - maximum));
            merged.Maximum[r] = maximum;
            Blend(merged.Accumulator + r * Stride, left, next.Accumulator + r * Stride, right, Stride);
            Blend(merged.Sum + r * Program.Lanes, left, next.Sum + r * Program.Lanes, right, Program.Lanes);
        }
    }

    private static void Blend(float* target, float left, float* source, float right, int count)
    {
        var i = 0;
        for (; i <= count - 8; i += 8) Vector256.Store(Vector256.Load(target + i) * left + Vector256.Load(source + i) * right, target + i);
        for (; i < count; i++) target[i] = target[i] * left + source[i] * right;
    }

    internal void LoadRow(in Head source, int token, float* target, float* scratch)
    {
        var row = source.Row(token, Shape.HeadDim, scratch);
        Scale(row, Program.QueryScale, target, Shape.HeadDim);
        for (var c = Shape.HeadDim; c < Stride; c++) target[c] = 0;
    }

    protected void FinishRow(in AttentionTile tile, int r, int batch, int head, int token)
    {
        var accumulator = tile.Accumulator + (long)r * Stride;
        float sum = 0;
        for (var lane = 0; lane < Program.Lanes; lane++) sum += tile.Sum[r * Program.Lanes + lane];
        var empty = float.IsNegativeInfinity(tile.Maximum[r]);
        var factor = empty ? 0 : 1 / sum;
        Scale(accumulator, factor, accumulator, Shape.HeadDim);
        _output.At(batch, head).Store(token, Shape.HeadDim, accumulator);
        if (_logSumExp.Data == null) return;
        var logSumExp = empty ? float.NegativeInfinity : (tile.Maximum[r] + float.Log2(sum)) * 0.69314718f;
        _logSumExp.At(batch, head).Store(token, 1, &logSumExp);
    }

    private static void Scale(float* source, float factor, float* target, int count)
    {
        var i = 0;
        for (; i <= count - 8; i += 8) Vector256.Store(Vector256.Load(source + i) * factor, target + i);
        for (; i < count; i++) target[i] = source[i] * factor;
    }

    /// <summary>The rows of one head of a bound tensor.</summary>
    internal readonly struct Head
    {
        private readonly ElementType _type;
        private readonly long _batchStride, _tokenStride, _headStride;

        public Head(in Tensor tensor)
        {
            _type = tensor.Type;
            Data = ((CpuBuffer)tensor.Buffer).Pointer + tensor.Offset * _type.Size();
            (_batchStride, _tokenStride, _headStride) = (tensor.Stride(0), tensor.Stride(1), tensor.Stride(2));
        }

        private Head(byte* data, ElementType type, long tokenStride)
        {
            Data = data;
            _type = type;
            _tokenStride = tokenStride;
        }

        public byte* Data { get; }

        public ElementType Type => _type;

        public long TokenStride => _tokenStride;

        public Head At(int batch, int head) =>
            new(Data + (batch * _batchStride + head * _headStride) * _type.Size(), _type, _tokenStride);

        public float* Row(int token, int channels, float* scratch) => Widening.Row(Data, _type, token * _tokenStride, channels, scratch);

        /// <summary>Consecutive rows as fp32: in place, or widened into <paramref name="scratch"/>.</summary>
        public float* Rows(int first, int count, int channels, float* scratch, int scratchStride, out long stride)
        {
            if (_type == ElementType.Float32)
            {
                stride = _tokenStride;
                return (float*)Data + first * _tokenStride;
            }

            stride = scratchStride;
            for (var i = 0; i < count; i++)
                Widening.Widen((ushort*)Data + (first + i) * _tokenStride, _type, channels, scratch + (long)i * scratchStride);
            return scratch;
        }

        public void Store(int token, int channels, float* source) => Widening.Store(source, channels, Data, _type, token * _tokenStride);
    }
}
