namespace Kernels;

/// <content>
/// A few rows: the query heads of a key head are packed into one tile, the keys are split among workers, and the splits' states are merged.
/// </content>
internal sealed unsafe partial class CpuTiledAttentionPlan
{
    /// <summary>Keys one task of a few-row run walks; a fixed length, so that results do not depend on the thread count.</summary>
    private const int SplitKeys = 4096;

    private const int FewTokens = 4;

    private readonly long _stateFloats, _chunkFloats;
    private readonly int _maxSplits;

    private static int Splits(int keys) => (keys + SplitKeys - 1) / SplitKeys;

    /// <inheritdoc/>
    protected override bool HasFewRows(in RunSequence sequence) =>
        sequence.Queries <= FewTokens && sequence.Queries * Shape.GroupSize <= CpuAttentionProgram.FewRows;

    private void RunFewRows()
    {
        Cpu.Workers.Run(Batch * Shape.KeyHeads * Splits(Keys), _few);
        Cpu.Workers.Run(Batch * Shape.KeyHeads, _merge);
    }

    private AttentionTile State(int batch, int keyHead, int split)
    {
        var floats = (float*)_states.Pointer + ((batch * Shape.KeyHeads + keyHead) * (long)_maxSplits + split) * _stateFloats;
        return new AttentionTile
        {
            Query = floats,
            Accumulator = floats + CpuAttentionProgram.FewRows * Stride,
            Sum = floats + CpuAttentionProgram.FewRows * 2 * Stride,
            Maximum = floats + CpuAttentionProgram.FewRows * (2 * Stride + Program.Lanes),
            Rows = Sequence(batch).Queries * Shape.GroupSize,
            Position = FirstPositionOf(batch),
            Batch = batch,
            Head = keyHead * Shape.GroupSize,
            Group = Shape.GroupSize,
        };
    }

    private void VisitSplit(int task, int worker)
    {
        var (pair, split) = (task / Splits(Keys), task % Splits(Keys));
        var (batch, keyHead) = (FirstSequence + pair / Shape.KeyHeads, pair % Shape.KeyHeads);
        var keys = Sequence(batch).Keys;
        if (split >= Splits(keys)) return;
        var memory = (float*)_chunks.Pointer + worker * _chunkFloats;
        var scratch = memory + _chunkFloats - 2 * Stride;
        var tile = State(batch, keyHead, split);
        tile.Scores = memory + FewRowsWalk.Floats(Stride);
        for (var r = 0; r < tile.Rows; r++)
            LoadRow(QueryHead(batch, tile.Head + r % tile.Group), r / tile.Group, tile.Query + (long)r * Stride, scratch);
        Reset(tile);

        var (first, end) = (split * SplitKeys, Math.Min(keys, (split + 1) * SplitKeys));
        if (_map is null)
        {
            var walk = WalkFew(tile, Declaration.Causal, memory);
            walk.Add(first, end - first, partial: false);
            Count(worker, walk.Finish());
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
            var walk = WalkFew(part, Declaration.Causal, memory);
            foreach (var entry in _map.Row(batch, part.Head, part.Position / _map.Block))
            {
                var start = (entry >> 1) * _map.Block;
                var (from, to) = (Math.Max(first, start), Math.Min(end, start + _map.Block));
                walk.Add(from, to - from, (entry & 1) == 0);
            }

            Count(worker, walk.Finish());
        }
    }

    private void MergeSplits(int task, int worker)
    {
        var (batch, keyHead) = (FirstSequence + task / Shape.KeyHeads, task % Shape.KeyHeads);
        var merged = State(batch, keyHead, 0);
        for (var split = 1; split < Splits(Sequence(batch).Keys); split++) Merge(ref merged, State(batch, keyHead, split));
        for (var r = 0; r < merged.Rows; r++) FinishRow(merged, r, batch, merged.Head + r % merged.Group, r / merged.Group);
    }
}
