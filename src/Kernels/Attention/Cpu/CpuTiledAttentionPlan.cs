namespace Kernels;

/// <summary>Dense and masked attention: keys of a head are packed once, then query tiles walk their spans.</summary>
internal sealed unsafe class CpuTiledAttentionPlan : CpuAttentionPlan
{
    private const int TileRows = 96;
    private const int PackKeys = 1024;

    private readonly ParallelAction _pack, _tiles;
    private readonly CpuBuffer _packed, _tileStates;
    private readonly long _valueOffset, _tileFloats;
    private readonly int _slices;
    private int _batch, _keyHead, _tileCount;

    public CpuTiledAttentionPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program)
    {
        _pack = new ParallelAction(Pack);
        _tiles = new ParallelAction(RunTile);
        _slices = (Stride + program.Panel - 1) / program.Panel;
        var keys = KeyPanels.RoundUp(shape.Keys, program.Panel);
        _valueOffset = (long)keys * shape.HeadDim;
        _packed = (CpuBuffer)device.Allocate((_valueOffset + (long)keys * _slices * program.Panel) * sizeof(float));
        _tileFloats = TileRows * (2L * Stride + program.Lanes + 1) + program.TileRows * (long)CpuAttentionProgram.ChunkKeys + Stride;
        _tileFloats = (_tileFloats + 15) / 16 * 16;
        _tileStates = (CpuBuffer)device.Allocate(device.Workers.Count * _tileFloats * sizeof(float));
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => base.WorkspaceBytes + _packed.ByteLength + _tileStates.ByteLength;

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _packed.Dispose();
        _tileStates.Dispose();
    }

    /// <inheritdoc/>
    protected override void RunTiles()
    {
        _tileCount = 0;
        for (var row = 0; row < Queries; row += TileLength(row)) _tileCount++;
        for (_batch = 0; _batch < Batch; _batch++)
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
        return Map is null ? length : Math.Min(length, Map.Block - (FirstPosition + row) % Map.Block);
    }

    private void Pack(int task, int worker)
    {
        var first = task * PackKeys;
        var count = Math.Min(PackKeys, Keys - first);
        var (key, value) = (KeyHead(_batch, _keyHead), ValueHead(_batch, _keyHead));
        var scratch = (float*)_tileStates.Pointer + (worker + 1) * _tileFloats - Stride;
        var keys = (float*)_packed.Pointer;
        KeyPanels.PackKeys(
            key.Data, key.Type, key.TokenStride, null, first, count, Shape.HeadDim, Program.Panel, scratch, keys + (long)first * Shape.HeadDim);
        KeyPanels.PackValues(
            value.Data, value.Type, value.TokenStride, null, first, count, Shape.HeadDim, Program.Panel, Slice, scratch,
            keys + _valueOffset + (long)first * Program.Panel);
    }

    private long Slice => (long)Keys * Program.Panel;

    private void RunTile(int task, int worker)
    {
        // The longest rows come first, so that workers finish together.
        var (index, head) = (_tileCount - 1 - task / Shape.GroupSize, _keyHead * Shape.GroupSize + task % Shape.GroupSize);
        var row = 0;
        if (Map is null) row = index * TileRows;
        else
            for (var i = 0; i < index; i++) row += TileLength(row);
        var rows = TileLength(row);

        var floats = (float*)_tileStates.Pointer + worker * _tileFloats;
        var tile = new AttentionTile { Query = floats, Accumulator = floats + TileRows * Stride, Sum = floats + TileRows * 2 * Stride };
        tile.Scores = tile.Sum + TileRows * Program.Lanes;
        tile.Maximum = tile.Scores + Program.TileRows * CpuAttentionProgram.ChunkKeys;
        Load(ref tile, _batch, head, row, rows, floats + _tileFloats - Stride);

        var limit = Declaration.Causal ? tile.Position + rows : Keys;
        if (Map is null) Visit(tile, 0, limit, false, worker);
        else
        {
            int start = 0, end = 0;
            foreach (var entry in Map.Row(_batch, head, tile.Position / Map.Block))
            {
                var first = (entry >> 1) * Map.Block;
                if ((entry & 1) == 0)
                {
                    Visit(tile, first, Math.Min(first + Map.Block, limit), true, worker);
                    continue;
                }

                if (first != end)
                {
                    Visit(tile, start, Math.Min(end, limit), false, worker);
                    start = first;
                }

                end = first + Map.Block;
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
