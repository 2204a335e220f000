namespace Kernels;

/// <summary>
/// A transposed product on the processor: a vector of activation rows at a time is packed by outputs, and every stored weight adds to the
/// sums of its input. A task owns a range of inputs for one vector of rows, so that threads share no sum and change no bit.
/// </summary>
internal abstract unsafe class CpuTransposedPlan : MatMulPlan
{
    private readonly CpuDevice _device;
    private readonly ActivationPacker _packer;
    private readonly Body _body;
    private readonly CpuBuffer _workspace;
    private readonly CpuProductProgram _program;
    private readonly long _packedLength, _sumsLength, _workerLength;

    /// <summary>Takes the workspace.</summary>
    /// <param name="device">Where the plan runs.</param>
    /// <param name="declaration">What was declared.</param>
    /// <param name="shape">The largest problem.</param>
    /// <param name="program">What multiplies.</param>
    /// <param name="scratchLength">Floats that a worker decodes weights to.</param>
    protected CpuTransposedPlan(CpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, CpuProductProgram program, long scratchLength)
        : base(device, declaration, shape)
    {
        (_device, _program) = (device, program);
        var lanes = program.Lanes;
        _packer = new ActivationPacker(lanes, rows => new TileCut(rows, lanes), shape.Outputs, shape.Outputs);
        _body = new Body(this);
        _packedLength = (shape.Rows + (long)lanes - 1) / lanes * _packer.TileLength;
        _sumsLength = (long)shape.Inputs * lanes;
        _workerLength = (_sumsLength + scratchLength + 15) / 16 * 16;
        _workspace = (CpuBuffer)device.Allocate(4 * (_packedLength + _workerLength * device.Workers.Count));
    }

    /// <inheritdoc/>
    public sealed override long WorkspaceBytes => _workspace.ByteLength;

    /// <inheritdoc/>
    public sealed override void Dispose() => _workspace.Dispose();

    /// <summary>Inputs of a task.</summary>
    /// <exception cref="KernelException">The weights are of another program.</exception>
    protected abstract int RangeOf(PackedWeights weights);

    /// <summary>Adds to the sums of the inputs from <paramref name="input"/> on, a multiple of a range.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="input">First input.</param>
    /// <param name="count">How many.</param>
    /// <param name="x">[outputs][lanes].</param>
    /// <param name="scratch">Room to decode to.</param>
    /// <param name="sums">[count][lanes].</param>
    protected abstract void Add(PackedWeights weights, int input, int count, float* x, float* scratch, float* sums);

    /// <inheritdoc/>
    protected sealed override void RunCore(in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand)
    {
        var range = RangeOf(weights);
        var x = (float*)((CpuBuffer)input.Buffer).Pointer + input.Offset;
        _packer.Pack(_device.Workers, x, input.Stride(0), input[0], (float*)_workspace.Pointer);
        var y = (float*)((CpuBuffer)output.Buffer).Pointer + output.Offset;
        _body.Run(weights, range, input[0], y, output.Stride(0), new CpuEpilogue(_program, Declaration, weights, operand));
    }

    private sealed class Body(CpuTransposedPlan plan) : ParallelBody
    {
        // Inputs whose sums are turned into rows at a time: they stay in L1.
        private const int TurnedInputs = 64;

        private PackedWeights _weights = null!;
        private float* _y;
        private long _stride;
        private int _rows, _range, _ranges;
        private CpuEpilogue _epilogue;

        public void Run(PackedWeights weights, int range, int rows, float* y, long stride, in CpuEpilogue epilogue)
        {
            _epilogue = epilogue;
            (_weights, _range, _rows, _stride) = (weights, range, rows, stride);
            _y = y;
            _ranges = (plan.Shape.Inputs - 1) / range + 1;
            plan._device.Workers.Run(checked(((rows - 1) / plan._program.Lanes + 1) * _ranges), this);
        }

        public override void Invoke(int task, int worker)
        {
            var (tile, input, lanes) = (task / _ranges, task % _ranges * _range, plan._program.Lanes);
            var count = Math.Min(_range, plan.Shape.Inputs - input);
            var sums = (float*)plan._workspace.Pointer + plan._packedLength + worker * plan._workerLength;
            new Span<float>(sums, count * lanes).Clear();
            plan.Add(_weights, input, count, (float*)plan._workspace.Pointer + plan._packer.Offset(tile, 0), sums + plan._sumsLength, sums);
            var row = tile * lanes;
            var rows = Math.Min(lanes, _rows - row);
            var y = _y + row * _stride + input;
            if (_epilogue.IsEmpty)
            {
                Transposition.Transpose(sums, lanes, count, rows, y, _stride);
                return;
            }

            var turned = stackalloc float[TurnedInputs * lanes];
            for (var i = 0; i < count; i += TurnedInputs)
            {
                var part = Math.Min(TurnedInputs, count - i);
                Transposition.Transpose(sums + i * lanes, lanes, part, rows, turned, TurnedInputs);
                _epilogue.Apply(turned, TurnedInputs, y + i, _stride, row, input + i, rows, part);
            }
        }
    }
}
