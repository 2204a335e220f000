namespace Kernels;

/// <summary>
/// A product with grouped weights on the processor. A few rows pass the weights one by one, which are read as they are stored; more are
/// packed into tiles whose lanes are tokens, and values that are not fp32 are decoded once for a tile, into the scratch of a task, which takes a run of groups.
/// </summary>
/// <remarks>What is summed in which order depends on the shape alone, never on the number of threads.</remarks>
internal sealed unsafe class CpuGroupMatMulPlan : MatMulPlan
{
    private const int TaskOutputs = 64;

    private readonly CpuGroupMatMulProgram _program;
    private readonly CpuDevice _device;
    private readonly ActivationPacker _packer;
    private readonly Body _body;
    private readonly CpuBuffer _workspace;
    private readonly long _packedLength, _sumsLength, _workerLength;

    public CpuGroupMatMulPlan(CpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, CpuGroupMatMulProgram program)
        : base(device, declaration, shape)
    {
        (_device, _program) = (device, program);
        _packer = new ActivationPacker(program.TileRows, _ => program.TileRows, shape.Inputs, shape.Inputs);
        _body = new Body(this);
        var isFew = shape.Rows <= CpuGroupMatMulProgram.FewRows;
        _packedLength = isFew ? 0 : (shape.Rows + (long)program.TileRows - 1) / program.TileRows * _packer.TileLength;
        _sumsLength = (long)TaskOutputs * (isFew ? CpuGroupMatMulProgram.FewRows : Math.Max(program.TileRows, CpuGroupMatMulProgram.FewRows));
        _workerLength = _sumsLength + (isFew || shape.WeightType == ElementType.Float32 ? 0 : (long)CpuGroupWeights.MostDecoded * program.GroupRows);
        _workspace = (CpuBuffer)device.Allocate(4 * (_packedLength + _workerLength * device.Workers.Count));
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _workspace.ByteLength;

    /// <inheritdoc/>
    public override void Dispose() => _workspace.Dispose();

    /// <inheritdoc/>
    protected override void RunCore(in Tensor input, PackedWeights weights, in Tensor output)
    {
        var groups = _program.Require(weights, Declaration);
        var x = (float*)((CpuBuffer)input.Buffer).Pointer + input.Offset;
        var y = (float*)((CpuBuffer)output.Buffer).Pointer + output.Offset;
        if (input[0] > CpuGroupMatMulProgram.FewRows) _packer.Pack(_device.Workers, x, input.Stride(0), input[0], (float*)_workspace.Pointer);
        _body.Run(x, input.Stride(0), input[0], groups, y, output.Stride(0));
    }

    private sealed class Body(CpuGroupMatMulPlan plan) : ParallelBody
    {
        private CpuGroupWeights _weights = null!;
        private float* _x, _y;
        private long _inputStride, _outputStride;
        private int _rows;

        public void Run(float* x, long inputStride, int rows, CpuGroupWeights weights, float* y, long outputStride)
        {
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
                    program.Finish(sums + row * TaskOutputs, TaskOutputs);
                    new ReadOnlySpan<float>(sums + row * TaskOutputs, count).CopyTo(new Span<float>(_y + row * _outputStride + output, count));
                }

                return;
            }

            for (var first = 0; first < _rows; first += program.TileRows)
            {
                SumTile(output, count, scratch, sums, first);
                program.Finish(sums, count * program.TileRows);
                Transposition.Transpose(sums, program.TileRows, count, Math.Min(program.TileRows, _rows - first), _y + first * _outputStride + output, _outputStride);
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

        /// <summary>Sums of some outputs over the tile that begins with row <paramref name="first"/>.</summary>
        private void SumTile(int output, int count, float* scratch, float* sums, int first)
        {
            var (program, weights, groupRows) = (plan._program, _weights, plan._program.GroupRows);
            var tile = (float*)plan._workspace.Pointer + plan._packer.Offset(first / program.TileRows, 0);
            for (var segment = 0; segment < weights.Segments; segment++)
                for (var done = 0; done < count; done += groupRows)
                {
                    var group = (output + done) / groupRows;
                    var bounds = weights.Offsets + group * weights.Segments + segment;
                    var from = bounds[0];
                    do
                    {
                        var stored = Math.Min(bounds[1] - from, CpuGroupWeights.MostDecoded);
                        var values = weights.Decode(group, segment, from, stored, scratch);
                        program.Tile(tile, weights.Columns + from, values, stored, sums + (long)done * program.TileRows, segment > 0 || from > bounds[0]);
                        from += stored;
                    }
                    while (from < bounds[1]);
                }
        }
    }
}
