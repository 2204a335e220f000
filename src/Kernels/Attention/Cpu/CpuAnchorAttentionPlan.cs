using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>
/// AnchorAttention (exact cover): per group of rows, anchors from the initial keys and the local window, then the columns
/// whose pooled score comes near an anchor, gathered once for the whole group.
/// </summary>
/// <remarks>Groups lie on absolute positions. A run that holds a part of a group selects from the rows it holds.</remarks>
internal sealed unsafe class CpuAnchorAttentionPlan : CpuAttentionPlan
{
    private const int TileRows = 96;
    private const float Log2E = 1.44269504f;

    private readonly ParallelAction _groups;
    private readonly CpuBuffer _workspace;
    private readonly long _workerBytes, _queryFloats, _packedFloats;
    private readonly int _group, _groupRows, _pooledRows, _slices;
    private int _groupCount;

    public CpuAnchorAttentionPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program)
    {
        _groups = new ParallelAction(RunGroup);
        _group = checked(declaration.Block * declaration.Step);
        _groupRows = KeyPanels.RoundUp(Math.Min(_group, shape.Queries), TileRows);
        _pooledRows = KeyPanels.RoundUp(declaration.Step, program.RowStep);
        _slices = (Stride + program.Panel - 1) / program.Panel;
        _queryFloats = (long)_groupRows * Stride;
        _packedFloats = CpuAttentionProgram.ChunkKeys * ((long)shape.HeadDim + _slices * program.Panel);
        var floats = 2 * _queryFloats + _groupRows * (program.Lanes + 1L) + _packedFloats + Stride
            + _pooledRows * (Stride + 1L) + Math.Max(_pooledRows, program.TileRows) * (long)CpuAttentionProgram.ChunkKeys;
        _workerBytes = (floats * sizeof(float) + shape.Keys * sizeof(int) + 63) / 64 * 64;
        _workspace = (CpuBuffer)device.Allocate(_workerBytes * device.Workers.Count);
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _workspace.ByteLength;

    /// <inheritdoc/>
    public override void Dispose() => _workspace.Dispose();

    /// <inheritdoc/>
    protected override void RunSequences()
    {
        _groupCount = (Keys - 1) / _group - FirstPosition / _group + 1;
        Cpu.Workers.Run(_groupCount * Batch * Shape.QueryHeads, _groups);
    }

    private void RunGroup(int task, int worker)
    {
        // The last groups walk the most keys: they come first.
        var heads = Batch * Shape.QueryHeads;
        var group = (Keys - 1) / _group - task / heads;
        var (batch, head) = (FirstSequence + task % heads / Shape.QueryHeads, task % heads % Shape.QueryHeads);
        var first = Math.Max(group * _group, FirstPosition);
        var end = Math.Min((group + 1) * _group, Keys);
        var work = new Workspace(this, worker, batch, head / Shape.GroupSize);
        for (var position = first; position < end; position += TileRows)
        {
            var tile = work.Tile(position - first);
            Load(ref tile, batch, head, position - FirstPosition, Math.Min(TileRows, end - position), work.Scratch);
        }

        // Exact cover: initial keys, then a local window that never reaches back into them; candidates lie between the two.
        var block = Declaration.Block;
        var local = Math.Max(block, group * _group - block);
        if (group == 0) Walk(work, first, end, 0, end, null, true);
        else
        {
            Walk(work, first, end, 0, block, null, true);
            Walk(work, first, end, local, end, null, true);
            Walk(work, first, end, 0, Select(work, first, end, block, local), work.Selected, false);
        }

        for (var position = first; position < end; position += TileRows)
            Finish(TileAt(work, first, position, end, batch, head), position - FirstPosition);
    }

    /// <summary>Visits keys [from, to), or the gathered keys indices[from, to), with every row of the group.</summary>
    private void Walk(in Workspace work, int first, int end, int from, int to, int* indices, bool causal)
    {
        for (var start = from; start < to; start += CpuAttentionProgram.ChunkKeys)
        {
            var count = Math.Min(CpuAttentionProgram.ChunkKeys, to - start);
            work.PackKeys(start, count, indices);
            work.PackValues(start, count, indices);
            for (var position = first; position < end; position += TileRows)
            {
                if (causal && position + TileRows <= start) continue;
                var tile = TileAt(work, first, position, end, 0, 0);
                Count(work.Worker, Program.Visit(
                    tile, work.Keys, work.Values, CpuAttentionProgram.ChunkKeys * Program.Panel, start, count,
                    causal ? position + 1 - start : int.MaxValue / 2, false));
            }
        }
    }

    /// <summary>Selects candidates [from, to) for the group's rows, ascending; returns their number.</summary>
    private int Select(in Workspace work, int first, int end, int from, int to)
    {
        var rows = Pool(work, first, end);
        var thresholds = work.Pooled + _pooledRows * Stride;
        var selected = 0;
        for (var start = from; start < to; start += CpuAttentionProgram.ChunkKeys)
        {
            var count = Math.Min(CpuAttentionProgram.ChunkKeys, to - start);
            work.PackKeys(start, count, null);
            for (var key = 0; key < count; key += Program.Panel)
                Program.Score(work.Pooled, KeyPanels.RoundUp(rows, Program.RowStep), work.Keys + (long)key * Shape.HeadDim, work.Scores + key);
            for (var key = 0; key < count; key += 8)
            {
                var any = Vector256<float>.Zero;
                for (var row = 0; row < rows; row++)
                    any |= Vector256.GreaterThanOrEqual(
                        Vector256.Load(work.Scores + row * CpuAttentionProgram.ChunkKeys + key), Vector256.Create(thresholds[row]));
                var bits = any.ExtractMostSignificantBits() & ((1u << Math.Min(8, count - key)) - 1);
                for (; bits != 0; bits &= bits - 1)
                    work.Selected[selected++] = start + key + System.Numerics.BitOperations.TrailingZeroCount(bits);
            }
        }

        return selected;
    }

    /// <summary>Means of the (scaled) queries and of the anchors over each block of rows that the run holds.</summary>
    private int Pool(in Workspace work, int first, int end)
    {
        var block = Declaration.Block;
        var thresholds = work.Pooled + _pooledRows * Stride;
        new Span<float>(work.Pooled, _pooledRows * Stride).Clear();
        var rows = 0;
        for (var start = first; start < end; rows++)
        {
            var stop = Math.Min((start / block + 1) * block, end);
            var mean = work.Pooled + rows * Stride;
            double anchor = 0;
            for (var position = start; position < stop; position++)
            {
                var query = work.Query + (long)(position - first) * Stride;
                for (var c = 0; c < Shape.HeadDim; c++) mean[c] += query[c];
                anchor += work.Maximum[position - first];
            }

            for (var c = 0; c < Shape.HeadDim; c++) mean[c] /= stop - start;
            thresholds[rows] = (float)(anchor / (stop - start)) - Declaration.Theta * Log2E;
            start = stop;
        }

        return rows;
    }

    private static AttentionTile TileAt(in Workspace work, int first, int position, int end, int batch, int head)
    {
        var tile = work.Tile(position - first);
        tile.Rows = Math.Min(TileRows, end - position);
        tile.Position = position;
        tile.Group = 1;
        (tile.Batch, tile.Head) = (batch, head);
        return tile;
    }

    /// <summary>One worker's memory, cut up, with the key head it works for.</summary>
    private readonly struct Workspace
    {
        private readonly CpuAnchorAttentionPlan _plan;
        private readonly HeadRows _key, _value;

        public Workspace(CpuAnchorAttentionPlan plan, int worker, int batch, int keyHead)
        {
            _plan = plan;
            Worker = worker;
            (_key, _value) = (plan.KeyHead(batch, keyHead), plan.ValueHead(batch, keyHead));
            Query = (float*)(plan._workspace.Pointer + worker * plan._workerBytes);
            Accumulator = Query + plan._queryFloats;
            Sum = Accumulator + plan._queryFloats;
            Keys = Sum + plan._groupRows * plan.Program.Lanes;
            Values = Keys + CpuAttentionProgram.ChunkKeys * plan.Shape.HeadDim;
            Scores = Keys + plan._packedFloats;
            Pooled = Scores + Math.Max(plan._pooledRows, plan.Program.TileRows) * CpuAttentionProgram.ChunkKeys;
            Maximum = Pooled + plan._pooledRows * (plan.Stride + 1);
            Scratch = Maximum + plan._groupRows;
            Selected = (int*)(Scratch + plan.Stride);
        }

        public int Worker { get; }

        public float* Query { get; }

        public float* Accumulator { get; }

        public float* Sum { get; }

        public float* Maximum { get; }

        public float* Keys { get; }

        public float* Values { get; }

        public float* Scores { get; }

        public float* Pooled { get; }

        public float* Scratch { get; }

        public int* Selected { get; }

        public AttentionTile Tile(int row) => new()
        {
            Query = Query + (long)row * _plan.Stride,
            Accumulator = Accumulator + (long)row * _plan.Stride,
            Maximum = Maximum + row,
            Sum = Sum + (long)row * _plan.Program.Lanes,
            Scores = Scores,
        };

        public void PackKeys(int first, int count, int* indices) => KeyPanels.PackKeys(
            _key, indices, first, count, _plan.Shape.HeadDim, _plan.Program.Panel, Scratch, Keys);

        public void PackValues(int first, int count, int* indices) => KeyPanels.PackValues(
            _value, indices, first, count, _plan.Shape.HeadDim, _plan.Program.Panel,
            CpuAttentionProgram.ChunkKeys * _plan.Program.Panel, Scratch, Values);
    }
}
