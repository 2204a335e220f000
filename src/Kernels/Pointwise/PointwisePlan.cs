namespace Kernels;

/// <summary>A pointwise kernel made ready for one device and one largest shape. Running it allocates nothing.</summary>
/// <remarks>
/// A task takes some pixels through a share of the outputs, so a tile of the input stays in cache while the weights stream past it.
/// Pixels are cut into tiles of whole vectors; the last vector of a ragged end is moved back over pixels another computes as well,
/// to the same values. Every output is summed by one thread in the order of its inputs.
/// </remarks>
public sealed unsafe class PointwisePlan
{
    // Enough tasks that workers end together, each of enough work to be worth waking one.
    private const int TasksPerWorker = 8;

    private readonly CpuPointwiseProgram _program;
    private readonly CpuDevice _device;
    private readonly Body _body;

    internal PointwisePlan(CpuDevice device, PointwiseDeclaration declaration, in PointwiseShape shape, CpuPointwiseProgram program)
    {
        (_device, Declaration, Shape, _program) = (device, declaration, shape, program);
        _body = new Body(this);
    }

    /// <summary>What was declared.</summary>
    public PointwiseDeclaration Declaration { get; }

    /// <summary>The largest run.</summary>
    public PointwiseShape Shape { get; }

    /// <summary>Where it runs.</summary>
    public Device Device => _device;

    /// <summary>Computes Y = W·X.</summary>
    /// <param name="input">fp32 [inputs, pixels].</param>
    /// <param name="weights">Weights packed by this plan's kernel for this device.</param>
    /// <param name="output">fp32 [outputs, pixels], apart from the input.</param>
    /// <exception cref="KernelException">An argument does not fit the plan; nothing was written.</exception>
    public void Run(in Tensor input, PointwiseWeights weights, in Tensor output)
    {
        Check("input", input, Shape.Inputs);
        Check("output", output, Shape.Outputs);
        if (input[1] != output[1]) throw Refuse($"{output[1]} output pixels", $"there are {input[1]} input pixels", "Pass tensors of equal pixels.");
        if (weights is null || weights.Device != Device || weights.Inputs != Shape.Inputs || weights.Outputs != Shape.Outputs || weights.GroupRows != Declaration.GroupRows)
            throw Refuse(
                weights is null ? "no weights" : $"[{weights.Outputs}, {weights.Inputs}] weights in groups of {weights.GroupRows} on {weights.Device.Name}",
                $"[{Shape.Outputs}, {Shape.Inputs}] in groups of {Declaration.GroupRows} on {Device.Name} was planned", "Pack the weights with this kernel for this device.");
        var x = Pointer(input);
        var y = Pointer(output);
        if (output.Stride(0) < output[1] && output[0] > 1)
            throw Refuse($"output channels {output.Stride(0)} elements apart", $"a channel has {output[1]} pixels", "Pass a tensor whose channels do not overlap.");
        if (x < y + (output[0] - 1) * output.Stride(0) + output[1] && y < x + (input[0] - 1) * input.Stride(0) + input[1])
            throw Refuse("an output that overlaps the input", "products are not computed in place", "Pass another output tensor.");
        _body.Run(x, input.Stride(0), input[1], weights, y, output.Stride(0));
    }

    private static float* Pointer(in Tensor tensor) => (float*)((CpuBuffer)tensor.Buffer).Pointer + tensor.Offset;

    private void Check(string what, in Tensor tensor, int channels)
    {
        if (tensor.Buffer is null) throw Refuse($"no {what}", "a tensor is required", "Pass a tensor made with Tensor.Matrix.");
        if (tensor.Buffer.Device != Device) throw Refuse($"{what} on {tensor.Buffer.Device.Name}", $"the plan runs on {Device.Name}", "Copy the tensor to the plan's device.");
        if (tensor.Rank != 2 || tensor.Type != ElementType.Float32 || tensor[0] != channels)
            throw Refuse($"{what} {tensor}", $"Float32[{channels}, pixels] was planned", "Plan again with the tensor's shape.");
        if (tensor[1] < _program.Lanes || tensor[1] > Shape.Pixels)
            throw Refuse($"{what} {tensor}", $"the plan holds {_program.Lanes} to {Shape.Pixels} pixels", "Plan again with a larger shape.");
    }

    private KernelException Refuse(string received, string limit, string remedy) => new(Declaration.Name, Device.Name, received, limit, remedy);

    private sealed class Body(PointwisePlan plan) : ParallelBody
    {
        private float* _x, _y;
        private long _inputStride, _outputStride;
        private int _pixels, _vectors, _tiles, _parts;
        private PointwiseWeights _weights = null!;

        public void Run(float* x, long inputStride, int pixels, PointwiseWeights weights, float* y, long outputStride)
        {
            _x = x;
            _y = y;
            (_inputStride, _outputStride, _pixels, _weights) = (inputStride, outputStride, pixels, weights);
            var program = plan._program;
            _vectors = (pixels + program.Lanes - 1) / program.Lanes;
            _tiles = (_vectors + program.TileVectors - 1) / program.TileVectors;
            if (_tiles == 1 && _vectors > 1 && pixels % program.Lanes != 0) _tiles = 2; // the last tile must lie inside the pixels
            var workers = plan._device.Workers.Count;
            var blocks = weights.Outputs / weights.GroupRows;
            _parts = workers == 1 ? 1 : Math.Clamp((workers * TasksPerWorker + _tiles - 1) / _tiles, 1, blocks);
            plan._device.Workers.Run(_tiles * _parts, this);
        }

        public override void Invoke(int task, int worker)
        {
            var (tile, part) = (task / _parts, task % _parts);
            var (first, end) = ((int)((long)tile * _vectors / _tiles), (int)((tile + 1L) * _vectors / _tiles));
            var lanes = plan._program.Lanes;
            var pixel = Math.Min(first * lanes, _pixels - (end - first) * lanes);
            var blocks = _weights.Outputs / _weights.GroupRows;
            plan._program.Run(
                end - first, _x + pixel, _inputStride, _weights.Offsets, (int)((long)part * blocks / _parts), (int)((part + 1L) * blocks / _parts),
                _weights.Columns, _weights.Values, _y + pixel, _outputStride);
        }
    }
}
