namespace Kernels;

/// <summary>
/// A product with grouped weights on the processor. A few rows pass the weights one by one, which are read as they are stored; more are
/// packed into tiles whose lanes are tokens. A task takes a run of groups; its weights of one segment pass a block of tiles while they stay in L1,
/// decoded once where they are not fp32.
/// </summary>
/// <remarks>What is summed in which order depends on the shape alone, never on the number of threads.</remarks>
internal sealed unsafe class CpuGroupMatMulPlan : MatMulPlan
{
    // Sums of a block of tiles are 128 KB.
    private const int TaskOutputs = 64, BlockRows = 512;

    private readonly CpuGroupMatMulProgram _program;
    private readonly CpuDevice _device;
    private readonly ActivationPacker _packer;
    private readonly Body _body;
    private readonly CpuBuffer _workspace;
    private readonly int _blockTiles;
    private readonly long _packedLength, _sumsLength, _workerLength;

    public CpuGroupMatMulPlan(CpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, CpuGroupMatMulProgram program)
        : base(device, declaration, shape)
    {
        (_device, _program) = (device, program);
        _packer = new ActivationPacker(program.TileRows, rows => new TileCut(rows, program.TileRows), shape.Inputs, shape.Inputs);
        _body = new Body(this);
        var isFew = shape.Rows <= CpuGroupMatMulProgram.FewRows;
        var tiles = isFew ? 0 : (shape.Rows + (long)program.TileRows - 1) / program.TileRows;
        _packedLength = tiles * _packer.TileLength;
        _blockTiles = (int)Math.Min(tiles, BlockRows / program.TileRows);
        _sumsLength = (long)TaskOutputs * Math.Max(_blockTiles * program.TileRows, CpuGroupMatMulProgram.FewRows);
        _workerLength = _sumsLength + (isFew || shape.WeightType == ElementType.Float32 ? 0 : (long)CpuGroupWeights.MostDecoded * TaskOutputs);
        _workspace = (CpuBuffer)device.Allocate(4 * (_packedLength + _workerLength * device.Workers.Count));
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _workspace.ByteLength;

    /// <inheritdoc/>
    public override void Dispose() => _workspace.Dispose();

    /// <inheritdoc/>
    protected override void RunCore(in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand)
    {
        var groups = _program.Require(weights, Declaration);
        var x = (float*)((CpuBuffer)input.Buffer).Pointer + input.Offset;
        var y = (float*)((CpuBuffer)output.Buffer).Pointer + output.Offset;
        if (input[0] > CpuGroupMatMulProgram.FewRows) _packer.Pack(_device.Workers, x, input.Stride(0), input[0], (float*)_workspace.Pointer);
        _body.Run(x, input.Stride(0), input[0], groups, y, output.Stride(0), new CpuEpilogue(_program, Declaration, weights, operand));
    }

    private sealed class Body(CpuGroupMatMulPlan plan) : ParallelBody
    {
        private CpuGroupWeights _weights = null!;
        private float* _x, _y;
        private long _inputStride, _outputStride;
        private int _rows;
        private CpuEpilogue _epilogue;

        public void Run(float* x, long inputStride, int rows, CpuGroupWeights weights, float* y, long outputStride, in CpuEpilogue epilogue)
        {
            _epilogue = epilogue;
            _x = x;
            _y = y;
            (_inputStride, _rows, _weights, _outputStride) = (inputStride, rows, weights, outputStride);
            plan._device.Workers.Run((weights.Outputs + TaskOutputs - 1) / TaskOutputs, this);
        }

        public override void Invoke(int task, int worker)
        {
            var sums = (float*)plan._workspace.Pointer + plan._packedLength + worker * plan._workerLength;
            var scratch = sums + plan._sumsLength;
            var output = task * TaskOutputs;
            var count = Math.Min(TaskOutputs, _weights.Outputs - output);
            var program = plan._program;
            if (_rows <= CpuGroupMatMulProgram.FewRows)
            {
                for (var row = 0; row < _rows; row++)
                {
                    SumRow(output, count, _x + row * _inputStride, sums + row * TaskOutputs);
                    _epilogue.Apply(sums + row * TaskOutputs, TaskOutputs, _y + row * _outputStride + output, _outputStride, row, output, 1, count);
                }

                return;
            }

            var (tileRows, tileSums) = (program.TileRows, TaskOutputs * program.TileRows);
            var turned = stackalloc float[_epilogue.IsEmpty ? 0 : tileSums];
            for (var first = 0; first < _rows; first += plan._blockTiles * tileRows)
            {
                var tiles = Math.Min(plan._blockTiles, (_rows - first - 1) / tileRows + 1);
                SumTiles(output, count, scratch, sums, first / tileRows, tiles);
                for (var tile = 0; tile < tiles; tile++)
                {
                    var row = first + tile * tileRows;
                    var rows = Math.Min(tileRows, _rows - row);
                    var y = _y + row * _outputStride + output;
                    if (_epilogue.IsEmpty)
                    {
                        Transposition.Transpose(sums + tile * tileSums, tileRows, count, rows, y, _outputStride);
                        continue;
                    }

                    Transposition.Transpose(sums + tile * tileSums, tileRows, count, rows, turned, TaskOutputs);
                    _epilogue.Apply(turned, TaskOutputs, y, _outputStride, row, output, rows, count);
                }
            }
        }

        /// <summary>Sums of some outputs over one row.</summary>
        private void SumRow(int output, int count, float* x, float* sums)
        {
            var (weights, groupRows) = (_weights, plan._program.GroupRows);
            for (var done = 0; done < count; done += groupRows)
            {
                var group = (output + done) / groupRows;
                plan._program.Row(
                    weights.Type, x, weights.Columns, weights.Values, weights.Offsets + group * weights.Segments, weights.Segments / weights.Runs,
                    weights.Runs, weights.ScalesOf(group, 0), sums + done);
            }
        }

        /// <summary>Sums of some outputs over some tiles, [tiles][<see cref="TaskOutputs"/>][tile rows].</summary>
        private void SumTiles(int output, int count, float* scratch, float* sums, int firstTile, int tiles)
        {
            var (weights, groupRows) = (_weights, plan._program.GroupRows);
            var groups = count / groupRows;
            for (var segment = 0; segment < weights.Segments; segment++)
            {
                var bounds = weights.Offsets + output / groupRows * weights.Segments + segment;
                var most = 0;
                for (var group = 0; group < groups; group++)
                    most = Math.Max(most, bounds[group * weights.Segments + 1] - bounds[group * weights.Segments]);
                for (var skipped = 0; skipped == 0 || skipped < most; skipped += CpuGroupWeights.MostDecoded)
                    AddStored(output, groups, segment, bounds, skipped, scratch, sums, firstTile, tiles);
            }
        }

        /// <summary>Adds stored inputs of a segment, a number of every group's after those that are skipped.</summary>
        private void AddStored(int output, int groups, int segment, int* bounds, int skipped, float* scratch, float* sums, int firstTile, int tiles)
        {
            var (program, weights, groupRows) = (plan._program, _weights, plan._program.GroupRows);
            var parts = stackalloc Part[TaskOutputs];
            for (var group = 0; group < groups; group++, bounds += weights.Segments)
            {
                var from = Math.Min(bounds[0] + skipped, bounds[1]);
                var stored = Math.Min(bounds[1] - from, CpuGroupWeights.MostDecoded);
                parts[group] = new Part
                {
                    Columns = weights.Columns + from, Count = stored,
                    Values = weights.Decode(output / groupRows + group, segment, from, stored, scratch + (long)group * groupRows * CpuGroupWeights.MostDecoded),
                };
            }

            // Meanwhile the segment of the next tile comes to L2, a share with every group.
            var inputs = Math.Min(weights.SegmentInputs, plan.Shape.Inputs - segment * weights.SegmentInputs);
            var share = (inputs * program.TileRows / groups + CacheLine.Floats - 1) / CacheLine.Floats * CacheLine.Floats;
            for (var tile = 0; tile < tiles; tile++)
            {
                var x = (float*)plan._workspace.Pointer + plan._packer.Offset(firstTile + tile, 0);
                var next = x + plan._packer.TileLength + (long)segment * weights.SegmentInputs * program.TileRows;
                for (var group = 0; group < groups; group++, sums += groupRows * program.TileRows, next += share)
                {
                    for (var line = 0; line < share && tile + 1 < tiles; line += CacheLine.Floats) CacheLine.Fetch(next + line);
                    program.Tile(x, parts[group].Columns, parts[group].Values, parts[group].Count, sums, segment > 0 || skipped > 0);
                }

                sums += (TaskOutputs - groups * groupRows) * program.TileRows;
            }
        }

        /// <summary>Stored inputs of a group, ready to be multiplied.</summary>
        private struct Part
        {
            public ushort* Columns;
            public float* Values;
            public int Count;
        }
    }
}
