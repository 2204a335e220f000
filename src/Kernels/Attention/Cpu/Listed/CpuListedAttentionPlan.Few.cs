namespace Kernels;

/// <content>
/// A few rows: the query heads of a token that share a list are packed into one tile, and the list, not the sequence, is split among workers.
/// </content>
internal abstract unsafe partial class CpuListedAttentionPlan
{
    /// <summary>Listed keys one task walks; a fixed number, so that results do not depend on the thread count.</summary>
    private const int SplitKeys = 1024;

    /// <summary>Most tokens whose lists are split; with more, tokens keep the workers busy.</summary>
    protected const int FewTokens = 4;

    private readonly int _maxSplits;

    /// <summary>Sequence, list and token of every unit of a run of few rows.</summary>
    protected int UnitCount => Batch * Shape.KeyHeads * ListHeads * Queries;

    /// <summary>Whether the rows of a sequence are walked one token at a time.</summary>
    protected bool WalksFew(in RunSequence sequence) =>
        Ways.Few && (!Ways.Tiles || GroupRows == 1 || sequence.Queries <= FewTokens);

    private int Splits => Queries <= FewTokens ? (Keys + SplitKeys - 1) / SplitKeys : 1;

    // Rows of a unit, padded. Units of single rows are the most memory that a run's units can need together.
    private int StateRows => KeyPanels.RoundUp(Shape.GroupSize / ListHeads, Program.RowStep);

    private long MaxStateFloats => StateFloats(KeyPanels.RoundUp(Shape.GroupSize, Program.RowStep));

    // A unit's state, widened or gathered keys and values, scores of a step of rows, and a row of conversion scratch.
    private long FewFloats => MaxStateFloats + CpuAttentionProgram.FewRowsChunk * 2L * Stride + CpuAttentionProgram.FewRowsStep * Chunk + Stride;

    // Query, accumulator, sum and maximum of a unit's rows.
    private long StateFloats(int rows) => rows * (2L * Stride + Program.Lanes) + (rows + 15) / 16 * 16;

    private void RunFew()
    {
        Cpu.Workers.Run(UnitCount * Splits, _few);
        if (Splits > 1) Cpu.Workers.Run(UnitCount, _merge);
    }

    protected (int Batch, int Head, int Token) Unit(int unit)
    {
        var (list, token) = (unit / Queries, unit % Queries);
        return (FirstSequence + list / ListHeads / Shape.KeyHeads, list % (ListHeads * Shape.KeyHeads) * (Shape.GroupSize / ListHeads), token);
    }

    // Units are numbered by the longest of the sequences that run together.
    private bool IsInUse(int unit)
    {
        var (batch, _, token) = Unit(unit);
        return token < Sequence(batch).Queries;
    }

    private AttentionTile State(int unit, int split, int worker)
    {
        var (batch, head, token) = Unit(unit);
        var rows = StateRows;
        var floats = Splits > 1
            ? (float*)_states!.Pointer + ((long)unit * _maxSplits + split) * StateFloats(rows)
            : (float*)_workers!.Pointer + worker * _workerFloats;
        return new AttentionTile
        {
            Query = floats,
            Accumulator = floats + rows * Stride,
            Sum = floats + rows * 2 * Stride,
            Maximum = floats + rows * (2 * Stride + Program.Lanes),
            Rows = Shape.GroupSize / ListHeads,
            Position = FirstPositionOf(batch) + token,
            Batch = batch,
            Head = head,
            Group = Shape.GroupSize / ListHeads,
        };
    }

    private void RunUnit(int task, int worker)
    {
        var (unit, split) = (task / Splits, task % Splits);
        if (!IsInUse(unit)) return;
        var tile = State(unit, split, worker);
        var chunk = (float*)_workers!.Pointer + worker * _workerFloats + MaxStateFloats;
        var scratch = chunk + CpuAttentionProgram.FewRowsChunk * 2 * Stride + CpuAttentionProgram.FewRowsStep * Chunk;
        tile.Scores = chunk + CpuAttentionProgram.FewRowsChunk * 2 * Stride;
        for (var r = 0; r < tile.Rows; r++) LoadRow(QueryHead(tile.Batch, tile.Head + r), Unit(unit).Token, tile.Query + (long)r * Stride, scratch);
        Reset(tile);

        var list = List(tile.Batch, tile.Head, tile.Position / GroupRows, worker);
        var end = Declaration.Causal ? tile.Position + 1 : Sequence(tile.Batch).Keys;
        var (skip, take) = Splits > 1 ? (split * SplitKeys, SplitKeys) : (0, int.MaxValue);
        foreach (var range in list.Ranges)
        {
            var length = Math.Min(range.End, end) - range.Start;
            if (length <= 0) break;
            var count = Math.Min(length - skip, take);
            if (count > 0)
            {
                WalkFew(tile, range.Start + skip, count, range.Partial, chunk, worker);
                take -= count;
            }

            skip = Math.Max(0, skip - length);
        }

        var columns = list.Columns[..KeyList.CountBelow(list.Columns, end)];
        if (skip < columns.Length) GatherFew(tile, columns.Slice(skip, Math.Min(columns.Length - skip, take)), chunk, worker);
        if (Splits == 1) FinishUnit(tile, unit);
    }

    private void WalkFew(in AttentionTile tile, int first, int count, bool partial, float* chunk, int worker)
    {
        var (key, value) = (KeyHead(tile.Batch, tile.Head / Shape.GroupSize), ValueHead(tile.Batch, tile.Head / Shape.GroupSize));
        for (var start = first; start < first + count; start += CpuAttentionProgram.FewRowsChunk)
        {
            var length = Math.Min(CpuAttentionProgram.FewRowsChunk, first + count - start);
            Count(worker, Program.VisitFew(
                tile, key.Rows(start, length, Shape.HeadDim, chunk, Stride, out var keyStride),
                value.Rows(start, length, Shape.HeadDim, chunk + CpuAttentionProgram.FewRowsChunk * Stride, Stride, out var valueStride),
                keyStride, valueStride, start, length, false, partial));
        }
    }

    private void GatherFew(in AttentionTile tile, ReadOnlySpan<int> columns, float* chunk, int worker)
    {
        var (key, value) = (KeyHead(tile.Batch, tile.Head / Shape.GroupSize), ValueHead(tile.Batch, tile.Head / Shape.GroupSize));
        var values = chunk + CpuAttentionProgram.FewRowsChunk * Stride;
        for (var start = 0; start < columns.Length; start += CpuAttentionProgram.FewRowsChunk)
        {
            var part = columns.Slice(start, Math.Min(CpuAttentionProgram.FewRowsChunk, columns.Length - start));
            for (var i = 0; i < part.Length; i++)
            {
                key.CopyRow(part[i], Shape.HeadDim, chunk + i * Stride);
                value.CopyRow(part[i], Shape.HeadDim, values + i * Stride);
            }

            Count(worker, Program.VisitFew(tile, chunk, values, Stride, Stride, 0, part.Length, false, false));
        }
    }

    private void MergeUnit(int unit, int worker)
    {
        if (!IsInUse(unit)) return;
        var merged = State(unit, 0, worker);
        for (var split = 1; split < Splits; split++) Merge(ref merged, State(unit, split, worker));
        FinishUnit(merged, unit);
    }

    private void FinishUnit(in AttentionTile tile, int unit)
    {
        for (var r = 0; r < tile.Rows; r++) FinishRow(tile, r, tile.Batch, tile.Head + r, Unit(unit).Token);
    }
}
