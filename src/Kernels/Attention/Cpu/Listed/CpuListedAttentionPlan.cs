namespace Kernels;

/// <summary>
/// Attention over lists of keys per group of rows. Keys of a head are packed once; row groups walk their ranges, then gather their columns
/// and resume the same state. A few rows read keys where they lie, split by what the lists hold.
/// </summary>
/// <remarks>Groups lie on absolute positions and may be longer than the tiles that compute them.</remarks>
internal abstract unsafe partial class CpuListedAttentionPlan : CpuAttentionPlan
{
    private const int TileRows = 128;
    private const int SlabRows = 3 * TileRows;
    private const int PackKeys = 1024;
    protected const int Chunk = CpuAttentionProgram.ChunkKeys;

    private readonly ParallelAction _pack, _slabs, _few, _merge;
    private readonly int _slices, _slabRows;
    private readonly long _valueOffset, _workerFloats;
    private CpuBuffer? _packed, _workers, _states;
    private int _batch, _keyHead;

    protected CpuListedAttentionPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program)
    {
        _pack = new ParallelAction(Pack);
        _slabs = new ParallelAction(RunSlab);
        _few = new ParallelAction(RunUnit);
        _merge = new ParallelAction(MergeUnit);
        _maxSplits = (shape.Keys + SplitKeys - 1) / SplitKeys;
        _slices = (Stride + program.Panel - 1) / program.Panel;
        _valueOffset = (long)KeyPanels.RoundUp(shape.Keys, program.Panel) * shape.HeadDim;
        _slabRows = KeyPanels.RoundUp(Math.Min(SlabRows, shape.Queries), program.RowStep);
        // A slab's queries, accumulators, sums and maxima; scores; packed columns; a row of conversion scratch.
        var slab = _slabRows * (2L * Stride + program.Lanes + 1) + program.TileRows * (long)Chunk
            + Chunk * ((long)shape.HeadDim + _slices * program.Panel) + Stride;
        _workerFloats = (Math.Max(slab, FewFloats) + 15) / 16 * 16;
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => (_packed?.ByteLength ?? 0) + (_workers?.ByteLength ?? 0) + (_states?.ByteLength ?? 0);

    /// <summary>Query rows that share a list.</summary>
    protected abstract int GroupRows { get; }

    /// <summary>Lists for the query heads of one key head: 1 where they share it.</summary>
    protected abstract int ListHeads { get; }

    /// <summary>Whether runs may walk many rows at a time, and a few rows.</summary>
    protected abstract (bool Tiles, bool Few) Ways { get; }

    internal float* PackedKeys => (float*)_packed!.Pointer;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _packed?.Dispose();
        _workers?.Dispose();
        _states?.Dispose();
    }

    /// <summary>Takes the workspace; the constructor of a derived plan calls it when <see cref="Ways"/> is known.</summary>
    protected void TakeWorkspace()
    {
        var keys = KeyPanels.RoundUp(Shape.Keys, Program.Panel);
        _packed = (CpuBuffer)Cpu.Allocate(Ways.Tiles ? (_valueOffset + (long)keys * _slices * Program.Panel) * sizeof(float) : 0);
        _workers = (CpuBuffer)Cpu.Allocate(Cpu.Workers.Count * _workerFloats * sizeof(float));
        var splits = Ways.Few ? _maxSplits : 0;
        _states = (CpuBuffer)Cpu.Allocate(
            (long)Shape.Batch * Shape.QueryHeads * Math.Min(Shape.Queries, FewTokens) * splits * StateFloats(Program.RowStep) * sizeof(float));
    }

    /// <summary>The keys that a group of rows visits; valid until the worker's next call.</summary>
    /// <param name="batch">Sequence.</param>
    /// <param name="head">First query head that uses the list.</param>
    /// <param name="group">Group of rows: absolute position ÷ <see cref="GroupRows"/>.</param>
    /// <param name="worker">Who asks.</param>
    protected abstract KeyList List(int batch, int head, int group, int worker);

    /// <summary>Called before the lists of a key head are asked for, on the caller's thread.</summary>
    protected virtual void Prepare(int batch, int keyHead)
    {
    }

    /// <summary>Called before a few rows ask for lists, on the caller's thread.</summary>
    protected virtual void PrepareFew()
    {
    }

    /// <inheritdoc/>
    protected override void RunSequences()
    {
        if (WalksFew(Sequence(FirstSequence)))
        {
            PrepareFew();
            RunFew();
            return;
        }

        for (_batch = FirstSequence; _batch < FirstSequence + Batch; _batch++)
        for (_keyHead = 0; _keyHead < Shape.KeyHeads; _keyHead++)
        {
            PackHead(_batch, _keyHead);
            Prepare(_batch, _keyHead);
            Cpu.Workers.Run(GroupCount * SlabsOfGroup * ListHeads, _slabs);
        }
    }

    /// <summary>Packs the keys and values of a head for the tiles that follow.</summary>
    protected void PackHead(int batch, int keyHead)
    {
        (_batch, _keyHead) = (batch, keyHead);
        Cpu.Workers.Run((Keys + PackKeys - 1) / PackKeys, _pack);
    }

    private int FirstGroup => FirstPosition / GroupRows;

    private int GroupCount => (FirstPosition + Queries - 1) / GroupRows - FirstGroup + 1;

    private int SlabsOfGroup => (Math.Min(GroupRows, Queries) - 1) / SlabRows + 1;

    private long Slice => (long)Keys * Program.Panel;

    private void Pack(int task, int worker)
    {
        var first = task * PackKeys;
        var count = Math.Min(PackKeys, Keys - first);
        var (key, value) = (KeyHead(_batch, _keyHead), ValueHead(_batch, _keyHead));
        var scratch = (float*)_workers!.Pointer + (worker + 1) * _workerFloats - Stride;
        KeyPanels.PackKeys(key, null, first, count, Shape.HeadDim, Program.Panel, scratch, PackedKeys + (long)first * Shape.HeadDim);
        KeyPanels.PackValues(
            value, null, first, count, Shape.HeadDim, Program.Panel, Slice, scratch, PackedKeys + _valueOffset + (long)first * Program.Panel);
    }

    private void RunSlab(int task, int worker)
    {
        // The last groups walk the most keys: they come first.
        var (slot, place) = (task % ListHeads, GroupCount * SlabsOfGroup - 1 - task / ListHeads);
        var (group, slab) = (FirstGroup + place / SlabsOfGroup, place % SlabsOfGroup);
        // Slabs are counted from the first row of the group that the run holds.
        var start = Math.Max((long)group * GroupRows, FirstPosition) - FirstPosition + (long)slab * SlabRows;
        var end = Math.Min(Math.Min((long)(group + 1) * GroupRows - FirstPosition, Queries), start + SlabRows);
        if (start >= end) return;

        var shared = Shape.GroupSize / ListHeads;
        var head = _keyHead * Shape.GroupSize + slot * shared;
        var list = List(_batch, head, group, worker);
        for (var h = head; h < head + shared; h++) RunRows(list, h, (int)start, (int)(end - start), worker);
    }

    private void RunRows(in KeyList list, int head, int first, int rows, int worker)
    {
        var work = new Workspace(this, worker);
        for (var row = 0; row < rows; row += TileRows)
        {
            var tile = work.Tile(row);
            Load(ref tile, _batch, head, first + row, Math.Min(TileRows, rows - row), work.Scratch);
            foreach (var range in list.Ranges) VisitRange(tile, range, work);
        }

        var last = Declaration.Causal ? FirstPosition + first + rows : Keys;
        WalkColumns(list.Columns[..KeyList.CountBelow(list.Columns, last)], head, first, rows, work);
        for (var row = 0; row < rows; row += TileRows) Finish(TileAt(work, head, first, row, rows), first + row);
    }

    private AttentionTile TileAt(in Workspace work, int head, int first, int row, int rows)
    {
        var tile = work.Tile(row);
        (tile.Rows, tile.Position, tile.Batch, tile.Head, tile.Group) = (Math.Min(TileRows, rows - row), FirstPosition + first + row, _batch, head, 1);
        return tile;
    }

    private void VisitRange(in AttentionTile tile, in KeySpan range, in Workspace work)
    {
        var end = Math.Min(range.End, Declaration.Causal ? tile.Position + tile.Rows : Keys);
        var start = range.Start;
        if (start >= end) return;
        if (start % Program.Panel != 0)
        {
            // Packed panels begin at multiples of their width: the keys before the next one are packed anew.
            var count = Math.Min(end - start, Program.Panel - start % Program.Panel);
            work.Pack(start, count, null);
            Visit(tile, work.Keys, work.Values, Chunk * Program.Panel, start, count, range.Partial, work.Worker);
            start += count;
        }

        if (start < end)
            Visit(tile, PackedKeys + (long)start * Shape.HeadDim, PackedKeys + _valueOffset + (long)start * Program.Panel, Slice,
                start, end - start, range.Partial, work.Worker);
    }

    private void Visit(in AttentionTile tile, float* keys, float* values, long slice, int first, int count, bool partial, int worker) =>
        Count(worker, Program.Visit(
            tile, keys, values, slice, first, count, Declaration.Causal ? tile.Position + 1 - first : int.MaxValue / 2, partial));

    private void WalkColumns(ReadOnlySpan<int> columns, int head, int first, int rows, in Workspace work)
    {
        fixed (int* indices = columns)
        {
            for (var start = 0; start < columns.Length; start += Chunk)
            {
                var count = Math.Min(Chunk, columns.Length - start);
                work.Pack(start, count, indices);
                for (var row = 0; row < rows; row += TileRows)
                {
                    var tile = TileAt(work, head, first, row, rows);
                    var whole = Declaration.Causal ? KeyList.CountBelow(columns.Slice(start, count), tile.Position + 1) : count;
                    if (whole > 0)
                        Count(work.Worker, Program.Visit(
                            tile, work.Keys, work.Values, Chunk * Program.Panel, 0, whole, int.MaxValue / 2, false));
                }
            }

            if (Declaration.Causal) WalkDiagonal(columns, indices, head, first, rows, work);
        }
    }

    /// <summary>Columns between the first and the last row of a tile, which only the rows from their own position on may see.</summary>
    private void WalkDiagonal(ReadOnlySpan<int> columns, int* indices, int head, int first, int rows, in Workspace work)
    {
        for (var row = 0; row < rows; row += TileRows)
        {
            var tile = TileAt(work, head, first, row, rows);
            var (from, to) = (KeyList.CountBelow(columns, tile.Position + 1), KeyList.CountBelow(columns, tile.Position + tile.Rows));
            for (var column = from; column < to; column++)
            {
                work.Pack(column, 1, indices);
                Visit(tile, work.Keys, work.Values, Chunk * Program.Panel, indices[column], 1, false, work.Worker);
            }
        }
    }

    /// <summary>One worker's memory, cut up, for the key head at hand.</summary>
    private readonly struct Workspace
    {
        private readonly CpuListedAttentionPlan _plan;
        private readonly float* _query, _accumulator, _sum, _maximum, _scores;

        public Workspace(CpuListedAttentionPlan plan, int worker)
        {
            (_plan, Worker) = (plan, worker);
            var floats = (float*)plan._workers!.Pointer + worker * plan._workerFloats;
            _query = floats;
            _accumulator = _query + (long)plan._slabRows * plan.Stride;
            _sum = _accumulator + (long)plan._slabRows * plan.Stride;
            _maximum = _sum + plan._slabRows * plan.Program.Lanes;
            _scores = _maximum + plan._slabRows;
            Keys = _scores + plan.Program.TileRows * Chunk;
            Values = Keys + Chunk * plan.Shape.HeadDim;
            Scratch = floats + plan._workerFloats - plan.Stride;
        }

        public int Worker { get; }

        public float* Keys { get; }

        public float* Values { get; }

        public float* Scratch { get; }

        public AttentionTile Tile(int row) => new()
        {
            Query = _query + (long)row * _plan.Stride,
            Accumulator = _accumulator + (long)row * _plan.Stride,
            Maximum = _maximum + row,
            Sum = _sum + (long)row * _plan.Program.Lanes,
            Scores = _scores,
        };

        public void Pack(int first, int count, int* indices)
        {
            var (key, value) = (_plan.KeyHead(_plan._batch, _plan._keyHead), _plan.ValueHead(_plan._batch, _plan._keyHead));
            var panel = _plan.Program.Panel;
            KeyPanels.PackKeys(key, indices, first, count, _plan.Shape.HeadDim, panel, Scratch, Keys);
            KeyPanels.PackValues(value, indices, first, count, _plan.Shape.HeadDim, panel, Chunk * panel, Scratch, Values);
        }
    }
}
