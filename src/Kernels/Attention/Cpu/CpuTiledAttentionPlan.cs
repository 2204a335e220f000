namespace Kernels;

/// <summary>
/// Dense and masked attention: keys of a head are packed once, then query tiles walk their spans. A few rows read keys where they lie.
/// </summary>
internal sealed unsafe partial class CpuTiledAttentionPlan : CpuAttentionPlan
{
    private const int TileRows = 96;
    private const int PackKeys = 1024;

    private readonly BlockMap? _map;
    private readonly ParallelAction _pack, _tiles, _few, _merge;
    private readonly CpuBuffer _packed, _tileStates, _states, _chunks;
    private readonly long _valueOffset, _tileFloats;
    private readonly int _slices;
    private int _batch, _keyHead, _tileCount;

    public CpuTiledAttentionPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program)
    {
        _map = declaration.Pattern == AttentionPattern.Masked ? BlockMap.Build(declaration, device, shape) : null;
        (_pack, _tiles) = (new ParallelAction(Pack), new ParallelAction(RunTile));
        (_few, _merge) = (new ParallelAction(VisitSplit), new ParallelAction(MergeSplits));
        _slices = (Stride + program.Panel - 1) / program.Panel;
        var keys = KeyPanels.RoundUp(shape.Keys, program.Panel);
        _valueOffset = (long)keys * shape.HeadDim;
        _packed = (CpuBuffer)device.Allocate((_valueOffset + (long)keys * _slices * program.Panel) * sizeof(float));
        _tileFloats = TileRows * (2L * Stride + program.Lanes + 1) + program.TileRows * (long)CpuAttentionProgram.ChunkKeys + Stride;
        _tileFloats = (_tileFloats + 15) / 16 * 16;
        _tileStates = (CpuBuffer)device.Allocate(device.Workers.Count * _tileFloats * sizeof(float));

        // A state is query, accumulator, maximum and sum of FewRows rows.
        _maxSplits = Splits(shape.Keys);
        _stateFloats = CpuAttentionProgram.FewRows * (2L * Stride + 16 + program.Lanes);
        _states = (CpuBuffer)device.Allocate(shape.Batch * shape.KeyHeads * (long)_maxSplits * _stateFloats * sizeof(float));
        // Per worker: a walk, scores, and one row of conversion scratch.
        _chunkFloats = FewRowsWalk.Floats(Stride) + CpuAttentionProgram.FewRowsStep * (long)CpuAttentionProgram.ChunkKeys + 2 * Stride;
        _chunks = (CpuBuffer)device.Allocate(device.Workers.Count * _chunkFloats * sizeof(float));
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes =>
        _packed.ByteLength + _tileStates.ByteLength + _states.ByteLength + _chunks.ByteLength + (_map?.ByteLength ?? 0);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _packed.Dispose();
        _tileStates.Dispose();
        _states.Dispose();
        _chunks.Dispose();
    }

    /// <inheritdoc/>
    protected override void RunSequences()
    {
        if (HasFewRows(Sequence(FirstSequence)))
        {
            RunFewRows();
            return;
        }

        _tileCount = 0;
        for (var row = 0; row < Queries; row += TileLength(row)) _tileCount++;
        for (_batch = FirstSequence; _batch < FirstSequence + Batch; _batch++)
        for (_keyHead = 0; _keyHead < Shape.KeyHeads; _keyHead++)
        {
            Cpu.Workers.Run((Keys + PackKeys - 1) / PackKeys, _pack);
            Cpu.Workers.Run(_tileCount * Shape.GroupSize, _tiles);
        }
    }

    // Tiles end where a query block of the mask ends, so that every row of a tile has the same list of key blocks.
    private int TileLength(int row)
    {
        var length = Math.Min(TileRows, Queries - row);
        return _map is null ? length : Math.Min(length, _map.Block - (FirstPosition + row) % _map.Block);
    }

    private void Pack(int task, int worker)
    {
        var first = task * PackKeys;
        var count = Math.Min(PackKeys, Keys - first);
        var (key, value) = (KeyHead(_batch, _keyHead), ValueHead(_batch, _keyHead));
        var scratch = (float*)_tileStates.Pointer + (worker + 1) * _tileFloats - Stride;
        var keys = (float*)_packed.Pointer;
        KeyPanels.PackKeys(key, null, first, count, Shape.HeadDim, Program.Panel, scratch, keys + (long)first * Shape.HeadDim);
        KeyPanels.PackValues(
            value, null, first, count, Shape.HeadDim, Program.Panel, Slice, scratch, keys + _valueOffset + (long)first * Program.Panel);
    }

    private long Slice => (long)Keys * Program.Panel;

    private void RunTile(int task, int worker)
    {
        // The longest rows come first, so that workers finish together.
        var (index, head) = (_tileCount - 1 - task / Shape.GroupSize, _keyHead * Shape.GroupSize + task % Shape.GroupSize);
        var row = 0;
        if (_map is null) row = index * TileRows;
        else
            for (var i = 0; i < index; i++) row += TileLength(row);
        var rows = TileLength(row);

        var floats = (float*)_tileStates.Pointer + worker * _tileFloats;
        var tile = new AttentionTile { Query = floats, Accumulator = floats + TileRows * Stride, Sum = floats + TileRows * 2 * Stride };
        tile.Scores = tile.Sum + TileRows * Program.Lanes;
        tile.Maximum = tile.Scores + Program.TileRows * CpuAttentionProgram.ChunkKeys;
        Load(ref tile, _batch, head, row, rows, floats + _tileFloats - Stride);

        var limit = Declaration.Causal ? tile.Position + rows : Keys;
        if (_map is null) Visit(tile, 0, limit, false, worker);
        else
        {
            int start = 0, end = 0;
            foreach (var entry in _map.Row(_batch, head, tile.Position / _map.Block))
            {
                var first = (entry >> 1) * _map.Block;
                if ((entry & 1) == 0)
                {
                    Visit(tile, first, Math.Min(first + _map.Block, limit), true, worker);
                    continue;
                }

                if (first != end)
                {
                    Visit(tile, start, Math.Min(end, limit), false, worker);
                    start = first;
                }

                end = first + _map.Block;
            }

            Visit(tile, start, Math.Min(end, limit), false, worker);
        }

        Finish(tile, row);
    }

    private void Visit(in AttentionTile tile, int first, int end, bool partial, int worker)
    {
        if (first >= end) return;
        var keys = (float*)_packed.Pointer;
        var visible = Declaration.Causal ? tile.Position + 1 - first : int.MaxValue / 2;
        Count(worker, Program.Visit(
            tile, keys + (long)first * Shape.HeadDim, keys + _valueOffset + (long)first * Program.Panel, Slice, first, end - first, visible, partial));
    }
}
