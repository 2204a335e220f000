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
    private int _splits;

    /// <summary>Sequence, list and token of every unit of a run of few rows.</summary>
    protected int UnitCount => Batch * Shape.KeyHeads * ListHeads * Queries;

    /// <summary>Whether the rows of a sequence are walked one token at a time.</summary>
    protected bool WalksFew(in RunSequence sequence) =>
        Ways.Few && (!Ways.Tiles || GroupRows == 1 || sequence.Queries <= FewTokens);

    // Rows of a unit, padded. Units of single rows are the most memory that a run's units can need together.
    private int StateRows => KeyPanels.RoundUp(Shape.GroupSize / ListHeads, Program.RowStep);

    private long MaxStateFloats => StateFloats(KeyPanels.RoundUp(Shape.GroupSize, Program.RowStep));

    // A unit's state, its walk, scores of a step of rows, and a row of conversion scratch.
    private long FewFloats => MaxStateFloats + FewRowsWalk.Floats(Stride) + CpuAttentionProgram.FewRowsStep * Chunk + Stride;

    // Query, accumulator, sum and maximum of a unit's rows.
    private long StateFloats(int rows) => rows * (2L * Stride + Program.Lanes) + (rows + 15) / 16 * 16;

    private void RunFew()
    {
        _splits = Queries <= FewTokens ? Math.Clamp((LongestList() + SplitKeys - 1) / SplitKeys, 1, _maxSplits) : 1;
        Cpu.Workers.Run(UnitCount * _splits, _few);
        if (_splits > 1) Cpu.Workers.Run(UnitCount, _merge);
    }

    private int LongestList()
    {
        var longest = 0;
        for (var unit = 0; unit < UnitCount; unit++)
        {
            if (!IsInUse(unit)) continue;
            var (batch, head, token) = Unit(unit);
            var list = List(batch, head, (FirstPositionOf(batch) + token) / GroupRows, 0);
            longest = Math.Max(longest, KeyList.Count(list.Ranges, list.Columns));
        }

        return longest;
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
        var floats = _splits > 1
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
        var (unit, split) = (task / _splits, task % _splits);
        if (!IsInUse(unit)) return;
        var tile = State(unit, split, worker);
        var memory = (float*)_workers!.Pointer + worker * _workerFloats + MaxStateFloats;
        tile.Scores = memory + FewRowsWalk.Floats(Stride);
        var scratch = tile.Scores + CpuAttentionProgram.FewRowsStep * Chunk;
        for (var r = 0; r < tile.Rows; r++) LoadRow(QueryHead(tile.Batch, tile.Head + r), Unit(unit).Token, tile.Query + (long)r * Stride, scratch);
        Reset(tile);

        var list = List(tile.Batch, tile.Head, tile.Position / GroupRows, worker);
        var end = Declaration.Causal ? tile.Position + 1 : Sequence(tile.Batch).Keys;
        var (skip, take) = _splits > 1 ? (split * SplitKeys, SplitKeys) : (0, int.MaxValue);
        var walk = WalkFew(tile, causal: false, memory);
        foreach (var range in list.Ranges)
        {
            var length = Math.Min(range.End, end) - range.Start;
            if (length <= 0) break;
            var count = Math.Min(length - skip, take);
            if (count > 0)
            {
                walk.Add(range.Start + skip, count, range.Partial);
                take -= count;
            }

            skip = Math.Max(0, skip - length);
        }

        var columns = list.Columns[..KeyList.CountBelow(list.Columns, end)];
        if (skip < columns.Length)
            foreach (var column in columns.Slice(skip, Math.Min(columns.Length - skip, take))) walk.Add(column, 1, partial: false);
        Count(worker, walk.Finish());
        if (_splits == 1) FinishUnit(tile, unit);
    }

    private void MergeUnit(int unit, int worker)
    {
        if (!IsInUse(unit)) return;
        var merged = State(unit, 0, worker);
        for (var split = 1; split < _splits; split++) Merge(ref merged, State(unit, split, worker));
        FinishUnit(merged, unit);
    }

    private void FinishUnit(in AttentionTile tile, int unit)
    {
        for (var r = 0; r < tile.Rows; r++) FinishRow(tile, r, tile.Batch, tile.Head + r, Unit(unit).Token);
    }
}
