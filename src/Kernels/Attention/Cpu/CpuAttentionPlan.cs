using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>What every SIMD attention plan shares: the bound tensors of a run, its sequences, and loading, merging and finishing rows.</summary>
internal abstract unsafe class CpuAttentionPlan : AttentionPlan
{
    internal readonly CpuDevice Cpu;
    internal readonly CpuAttentionProgram Program;
    internal readonly int Stride;

    private readonly long[] _visited;
    private readonly RunSequence[] _sequences;
    private int _sequenceCount, _pageColumns;
    private int* _pages;
    private HeadRows _query, _key, _value, _output, _logSumExp;
    private AttentionWork _work;

    protected CpuAttentionPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape)
    {
        Cpu = device;
        Program = program;
        Stride = program.RowStride;
        _visited = new long[device.Workers.Count];
        _sequences = new RunSequence[shape.Batch];
    }

    /// <inheritdoc/>
    public sealed override AttentionWork Work => _work;

    /// <summary>First of the sequences that run together.</summary>
    internal int FirstSequence { get; private set; }

    /// <summary>How many run together.</summary>
    internal int Batch { get; private set; }

    /// <summary>Query tokens of each of them; the most, where a few rows of unequal sequences run together.</summary>
    internal int Queries { get; private set; }

    /// <summary>Key tokens of each of them; the most, where a few rows of unequal sequences run together.</summary>
    internal int Keys { get; private set; }

    /// <summary>Position of the first query: causal queries are aligned with the last keys.</summary>
    internal int FirstPosition => Declaration.Causal ? Keys - Queries : 0;

    /// <inheritdoc/>
    protected override void RunCore(in AttentionRun run)
    {
        fixed (int* pages = run.Sequences.PageTable)
        {
            Bind(run, pages);
            Array.Clear(_visited);
            for (var first = 0; first < _sequenceCount; first += Batch)
            {
                Open(first);
                if (Queries > 0) RunSequences();
            }
        }

        long visited = 0, pairs = 0;
        foreach (var count in _visited) visited += count;
        foreach (var sequence in _sequences.AsSpan(0, _sequenceCount))
        {
            var (queries, keys) = ((long)sequence.Queries, (long)sequence.Keys);
            pairs += Declaration.Causal ? queries * (keys - queries) + queries * (queries + 1) / 2 : queries * keys;
        }

        _work = new AttentionWork(visited, pairs * Shape.QueryHeads);
    }

    /// <summary>Binds a run whose pages, if any, stay where they are; sequences of equal lengths are all opened.</summary>
    protected void Bind(in AttentionRun run, int* pages)
    {
        (_query, _key, _value, _output) = (new HeadRows(run.Query), new HeadRows(run.Key), new HeadRows(run.Value), new HeadRows(run.Output));
        _logSumExp = run.LogSumExp is { } logSumExp ? new HeadRows(logSumExp) : default;
        var ragged = run.Sequences;
        _pages = pages;
        _pageColumns = ragged.PageColumns;
        _sequenceCount = ragged.IsRagged ? ragged.Count : run.Query[0];
        for (var i = 0; i < _sequenceCount; i++)
            _sequences[i] = ragged.IsRagged
                ? new RunSequence(0, ragged.QueryOffsets[i], ragged.Queries(i), ragged.IsPaged ? 0 : ragged.KeyOffsets[i], ragged.Keys(i))
                : new RunSequence(i, 0, run.Query[1], 0, run.Key[1]);
        Open(0);
    }

    // Sequences that follow each other run together where they are equally long or all have a few rows.
    private void Open(int first)
    {
        var opened = _sequences[first];
        (FirstSequence, Batch, Queries, Keys) = (first, 1, opened.Queries, opened.Keys);
        for (var next = first + 1; next < _sequenceCount; next++, Batch++)
        {
            var sequence = _sequences[next];
            var isEqual = sequence.Queries == opened.Queries && sequence.Keys == opened.Keys;
            if (!isEqual && !(HasFewRows(opened) && HasFewRows(sequence))) break;
            (Queries, Keys) = (Math.Max(Queries, sequence.Queries), Math.Max(Keys, sequence.Keys));
        }
    }

    /// <summary>Whether a sequence has so few rows that it runs together with others of few, whatever their lengths.</summary>
    protected virtual bool HasFewRows(in RunSequence sequence) => false;

    /// <summary>Runs the opened sequences.</summary>
    protected abstract void RunSequences();

    /// <summary>A sequence of the run.</summary>
    protected ref readonly RunSequence Sequence(int batch) => ref _sequences[batch];

    /// <summary>Position of a sequence's first query.</summary>
    protected int FirstPositionOf(int batch) => Declaration.Causal ? _sequences[batch].Keys - _sequences[batch].Queries : 0;

    protected void Count(int worker, long pairs) => _visited[worker] += pairs;

    internal HeadRows KeyHead(int batch, int head) => Keyed(_key, batch, head);

    internal HeadRows QueryHead(int batch, int head) => _query.At(_sequences[batch].Batch, _sequences[batch].FirstQuery, head);

    internal HeadRows ValueHead(int batch, int head) => Keyed(_value, batch, head);

    /// <summary>A walk of a tile's few rows over the keys of its head.</summary>
    protected FewRowsWalk WalkFew(in AttentionTile tile, bool causal, float* memory) => new(
        Program, tile, KeyHead(tile.Batch, tile.Head / Shape.GroupSize), ValueHead(tile.Batch, tile.Head / Shape.GroupSize), Shape.HeadDim, causal, memory);

    private HeadRows Keyed(in HeadRows tensor, int batch, int head) => _pages == null
        ? tensor.At(_sequences[batch].Batch, _sequences[batch].FirstKey, head)
        : tensor.Paged(_pages + (long)batch * _pageColumns, head);

    /// <summary>Loads scaled queries of one head into consecutive rows and resets the state of the tile.</summary>
    protected void Load(ref AttentionTile tile, int batch, int head, int row, int rows, float* scratch)
    {
        tile.Rows = rows;
        tile.Position = FirstPosition + row;
        tile.Batch = batch;
        tile.Head = head;
        tile.Group = 1;
        var source = QueryHead(batch, head);
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

    internal void LoadRow(in HeadRows source, int token, float* target, float* scratch)
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
        ref readonly var sequence = ref _sequences[batch];
        _output.At(sequence.Batch, sequence.FirstQuery, head).Store(token, Shape.HeadDim, accumulator);
        if (!_logSumExp.Exists) return;
        var logSumExp = empty ? float.NegativeInfinity : (tile.Maximum[r] + float.Log2(sum)) * 0.69314718f;
        _logSumExp.At(sequence.Batch, sequence.FirstQuery, head).Store(token, 1, &logSumExp);
    }

    private static void Scale(float* source, float factor, float* target, int count)
    {
        var i = 0;
        for (; i <= count - 8; i += 8) Vector256.Store(Vector256.Load(source + i) * factor, target + i);
        for (; i < count; i++) target[i] = source[i] * factor;
    }
}
