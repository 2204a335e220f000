using System.Runtime.Intrinsics.X86;

namespace Kernels;

/// <summary>
/// A product on the processor. A few rows stream past the weight panels. More rows are packed into tiles, a chunk of them at
/// a time, and a task takes a block of tiles × a block of panels through all blocks of steps: of the wider operand a block of
/// steps stays in L1, of the narrower one all that streams past it stays in L2 (Goto, van de Geijn 2008, with the roles by width).
/// </summary>
/// <remarks>What is summed in which order depends on the shape alone, never on the number of threads.</remarks>
internal sealed unsafe class CpuMatMulPlan : MatMulPlan
{
    // Activations of a block, and the accumulators of 576 rows × 128 outputs, are 288 KB (L2 512 KB to 1 MB).
    private const int BlockOutputs = 128, BlockRows = 576, BlockBytes = 288 << 10;
    private const long ChunkBytes = 16 << 20;

    // A worker takes some 10 µs to wake: less work than this is not worth one.
    private const long TaskFlops = 1 << 20, TaskBytes = 1 << 18;

    private readonly CpuMatMulProgram _program;
    private readonly CpuDevice _device;
    private readonly PanelLayout _layout;
    private readonly ActivationPacker _packer;
    private readonly TileBody _tiles;
    private readonly StreamBody _stream;
    private readonly CpuBuffer _workspace;
    private readonly int _chunkRows, _blockTiles;
    private readonly int _blockPanels, _blockSteps;
    private readonly long _packedLength, _tilesLength, _widenedLength, _workerLength;

    public CpuMatMulPlan(CpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, CpuMatMulProgram program)
        : base(device, declaration, shape)
    {
        _program = program;
        _device = device;
        _layout = program.LayoutOf(declaration, shape);
        var blocks = Divide(_layout.Steps, program.BlockInputs / _layout.ColumnsPerStep);
        _blockSteps = Divide(Divide(_layout.Steps, blocks), _layout.Run) * _layout.Run;
        _packer = new ActivationPacker(program.TileRows, program.Cut, shape.Inputs, _blockSteps * _layout.ColumnsPerStep);
        _tiles = new TileBody(this);
        _stream = new StreamBody(this);

        var tiles = Divide(shape.Rows, program.TileRows);
        if (shape.Rows <= CpuMatMulProgram.StreamRows) tiles = 0;
        var block = Math.Min(BlockRows, BlockBytes / sizeof(float) / program.BlockInputs) / program.TileRows;
        var chunk = (int)Math.Clamp(ChunkBytes / (4 * _packer.TileLength), block, int.MaxValue / program.TileRows);
        var chunks = Math.Max(1, Divide(tiles, chunk));
        chunk = Divide(tiles, chunks);
        _blockTiles = Math.Min(block, chunk);
        _chunkRows = chunk * program.TileRows;
        _packedLength = RoundUp(chunk * _packer.TileLength);
        var tileLength = program.TileRows * program.PanelWidth;
        _blockPanels = BlockOutputs / program.PanelWidth;
        _tilesLength = RoundUp(tileLength * (1L + _blockTiles * _blockPanels));
        _widenedLength = shape.WeightType.IsScaled() && tiles > 0 ? PanelWidener.BytesOf(_layout, _blockSteps) / sizeof(float) : 0;
        _workerLength = RoundUp(_tilesLength + _widenedLength * _blockPanels);
        _workspace = (CpuBuffer)device.Allocate(4 * (_packedLength + _workerLength * device.Workers.Count));
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _workspace.ByteLength;

    /// <inheritdoc/>
    public override void Dispose() => _workspace.Dispose();

    /// <inheritdoc/>
    protected override void RunCore(in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand)
    {
        var packed = CpuMatMulProgram.Require(weights, _layout, Declaration);
        var rows = input[0];
        var x = (float*)((CpuBuffer)input.Buffer).Pointer + input.Offset;
        var y = (float*)((CpuBuffer)output.Buffer).Pointer + output.Offset;
        var epilogue = new CpuEpilogue(_program, Declaration, weights, operand);
        if (rows <= CpuMatMulProgram.StreamRows)
        {
            _stream.Run(x, input.Stride(0), rows, packed, y, output.Stride(0), epilogue);
            return;
        }

        for (var row = 0; row < rows; row += _chunkRows)
            _tiles.Run(
                x + row * input.Stride(0), input.Stride(0), Math.Min(_chunkRows, rows - row), packed,
                y + row * output.Stride(0), output.Stride(0), epilogue, row);
    }

    private float* Workspace(int worker) => (float*)_workspace.Pointer + _packedLength + worker * _workerLength;

    private static int Divide(int value, int by) => (int)(((long)value + by - 1) / by);

    private static long RoundUp(long floats) => (floats + 15) / 16 * 16;

    /// <summary>Many rows: a task is a block of tiles × a block of panels.</summary>
    private sealed class TileBody(CpuMatMulPlan plan) : ParallelBody
    {
        private byte* _weights;
        private PanelLayout _layout;
        private float* _output;
        private long _outputStride;
        private TileCut _cut;
        private int _tiles, _panels, _tileBlocks, _panelBlocks;
        private CpuEpilogue _epilogue;
        private int _firstRow;

        public void Run(
            float* x, long inputStride, int rows, CpuPackedWeights weights, float* y, long outputStride, in CpuEpilogue epilogue, int firstRow)
        {
            (_epilogue, _firstRow) = (epilogue, firstRow);
            _weights = weights.Pointer;
            _layout = weights.Layout;
            _output = y;
            _outputStride = outputStride;
            var (program, layout, shape, workers) = (plan._program, _layout, plan.Shape, plan._device.Workers);
            _cut = program.Cut(rows);
            _tiles = _cut.Count;
            _panels = layout.Panels(shape.Outputs);
            _tileBlocks = Divide(_tiles, plan._blockTiles);
            _panelBlocks = Divide(_panels, plan._blockPanels);

            // Enough tasks to keep every worker busy to the end, none too small to be worth handing out.
            var flops = 2L * rows * shape.Inputs * shape.Outputs;
            var wanted = (int)Math.Min(4L * workers.Count, flops / TaskFlops);
            if (_tileBlocks * (long)_panelBlocks < wanted) _tileBlocks = Math.Min(_tiles, Divide(wanted, _panelBlocks));
            var alone = wanted <= 1;
            plan._packer.Pack(alone ? null : workers, x, inputStride, rows, (float*)plan._workspace.Pointer);
            var tasks = checked(_tileBlocks * _panelBlocks);
            if (alone)
                for (var task = 0; task < tasks; task++) Invoke(task, 0);
            else workers.Run(tasks, this);
        }

        public override void Invoke(int task, int worker)
        {
            var (program, layout) = (plan._program, _layout);
            var (firstPanel, endPanel) = Part(_panels, task / _tileBlocks, _panelBlocks);
            var (firstTile, endTile) = Part(_tiles, task % _tileBlocks, _tileBlocks);
            var (panels, tiles, stays) = (endPanel - firstPanel, endTile - firstTile, program.PanelStays);
            var (outer, inner) = stays ? (panels, tiles) : (tiles, panels);
            var tileRows = program.TileRows;
            var tileLength = tileRows * program.PanelWidth;
            var edge = plan.Workspace(worker);
            var partials = edge + tileLength;
            var widened = layout.Type.IsScaled() ? (byte*)(edge + plan._tilesLength) : null;
            var type = widened == null ? layout.Type : ElementType.Float32;
            var widenedBytes = plan._widenedLength * sizeof(float);
            var panelBytes = layout.PanelBytes;
            for (var step = 0; step < layout.Steps; step += plan._blockSteps)
            {
                var steps = Math.Min(plan._blockSteps, layout.Steps - step);
                var last = step + steps == layout.Steps;
                var tileFloats = (long)steps * layout.ColumnsPerStep * tileRows;
                var (weightBytes, ahead) = (layout.BytesOf(steps), Ahead(step, steps, firstPanel, endPanel));
                // What is read next comes to L2 meanwhile, a share beside each tile.
                var (nextShare, aheadShare) = (Share(stays ? weightBytes : tileFloats * sizeof(float), inner), Share(weightBytes, outer));
                var partial = partials;
                for (var i = 0; i < outer; i++)
                {
                    var (panel, tile) = stays ? (firstPanel + i, firstTile) : (firstPanel, firstTile + i);
                    var activations = (float*)plan._workspace.Pointer + plan._packer.Offset(tile, step * layout.ColumnsPerStep);
                    var stored = _weights + panel * panelBytes + layout.Offset(step);
                    var next = !stays ? (byte*)(activations + tileFloats) : i + 1 < outer ? stored + panelBytes : stored + ahead - i * panelBytes;
                    var isNext = i + 1 < outer || stays && ahead != 0;
                    for (var j = 0; j < inner; j++, partial += tileLength)
                    {
                        var rows = _cut.Rows(tile);
                        var weights = widened == null ? stored : widened + (panel - firstPanel) * widenedBytes;
                        if (widened != null && tile == firstTile) PanelWidener.Widen(layout, _weights + panel * panelBytes, step, steps, weights);
                        if (isNext) Prefetch(next + j * nextShare, nextShare);
                        if (ahead != 0 && !stays) Prefetch(stored + ahead + i * aheadShare, aheadShare);
                        if (last) Finish(type, tile, panel, activations, weights, steps, partial, step > 0, edge);
                        else program.Tile(type, rows, activations, weights, steps, partial, step > 0, null, 0);
                        if (stays)
                        {
                            tile++;
                            activations += tileFloats;
                        }
                        else
                        {
                            panel++;
                            stored += panelBytes;
                        }
                    }
                }
            }
        }

        /// <summary>Bytes from a block of weights to the one wanted after it: the same panel's next block, or the next panels' first; 0 for none.</summary>
        private long Ahead(int step, int steps, int firstPanel, int endPanel)
        {
            if (step + steps < _layout.Steps) return _layout.Offset(step + steps) - _layout.Offset(step);
            return endPanel + endPanel - firstPanel > _panels ? 0 : (endPanel - firstPanel) * _layout.PanelBytes - _layout.Offset(step);
        }

        /// <summary>Bytes of one of so many shares: whole cache lines.</summary>
        private static long Share(long bytes, int shares) => (bytes / shares + 63) / 64 * 64;

        private static void Prefetch(byte* start, long bytes)
        {
            if (!Sse.IsSupported) return;
            for (var line = start; line < start + bytes; line += 64) Sse.Prefetch1(line);
        }

        /// <summary>The last block of steps: a whole tile without an epilogue goes straight to the output, others through a padded copy.</summary>
        private void Finish(
            ElementType type, int tile, int panel, float* activations, byte* weights, int steps, float* partial, bool resume, float* edge)
        {
            var program = plan._program;
            var (row, column) = (_cut.First(tile), panel * program.PanelWidth);
            var (rows, width) = (_cut.Held(tile), _cut.Rows(tile));
            var columns = Math.Min(program.PanelWidth, plan.Shape.Outputs - column);
            var output = _output + row * _outputStride + column;
            if (_epilogue.IsEmpty && rows == width && columns == program.PanelWidth)
            {
                program.Tile(type, width, activations, weights, steps, partial, resume, output, _outputStride);
                return;
            }

            program.Tile(type, width, activations, weights, steps, partial, resume, edge, program.PanelWidth);
            _epilogue.Apply(edge, program.PanelWidth, output, _outputStride, _firstRow + row, column, rows, columns);
        }

        private static (int First, int End) Part(int count, int part, int parts) =>
            ((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts));
    }

    /// <summary>A few rows: a task is a run of panels.</summary>
    private sealed class StreamBody(CpuMatMulPlan plan) : ParallelBody
    {
        // Panels that are summed apart at a time: sums stay in L1.
        private const int ApartPanels = 8;

        private byte* _weights;
        private PanelLayout _layout;
        private float* _input, _output;
        private long _inputStride, _outputStride;
        private int _rows, _taskPanels;
        private CpuEpilogue _epilogue;

        public void Run(float* x, long inputStride, int rows, CpuPackedWeights weights, float* y, long outputStride, in CpuEpilogue epilogue)
        {
            _epilogue = epilogue;
            _weights = weights.Pointer;
            _layout = weights.Layout;
            _input = x;
            _output = y;
            (_inputStride, _rows, _outputStride) = (inputStride, rows, outputStride);
            var workers = plan._device.Workers;
            var panels = _layout.Panels(plan.Shape.Outputs);
            var tasks = (int)Math.Clamp(panels * _layout.PanelBytes / TaskBytes, 1, 4L * workers.Count);
            _taskPanels = Divide(Divide(panels, tasks), 4) * 4; // whole groups of the widest stream
            workers.Run(Divide(panels, _taskPanels), this);
        }

        public override void Invoke(int task, int worker)
        {
            var (program, layout, outputs) = (plan._program, _layout, plan.Shape.Outputs);
            var scaleSteps = Math.Min(layout.ScaleSteps, layout.Steps);
            var first = task * _taskPanels;
            var end = Math.Min(first + _taskPanels, layout.Panels(outputs));
            var straight = _epilogue.IsEmpty ? Math.Max(first, Math.Min(end, outputs / program.PanelWidth)) : first;
            if (straight > first) Stream(first, straight - first, _output + first * program.PanelWidth, _outputStride);

            // What is cut at an edge or has an epilogue is summed apart.
            var stride = ApartPanels * program.PanelWidth;
            var sums = stackalloc float[CpuMatMulProgram.StreamRows * stride];
            for (var panel = straight; panel < end; panel += ApartPanels)
            {
                var panels = Math.Min(ApartPanels, end - panel);
                var column = panel * program.PanelWidth;
                Stream(panel, panels, sums, stride);
                _epilogue.Apply(sums, stride, _output + column, _outputStride, 0, column, _rows, Math.Min(panels * program.PanelWidth, outputs - column));
            }

            void Stream(int panel, int panels, float* target, long targetStride) => program.Stream(
                layout.Type, _input, _inputStride, _rows, _weights + panel * layout.PanelBytes, layout.PanelBytes, panels, layout.Steps, scaleSteps,
                target, targetStride);
        }
    }
}
