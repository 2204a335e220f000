using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>A product on tensor cores, ready to launch.</summary>
internal sealed class TensorMatMulPlan<TOutput> : MatMulPlan where TOutput : unmanaged, IGpuElement<TOutput>
{
    // What one asynchronous copy takes.
    private const int ChunkBytes = 16, ChunkElements = 8;

    private readonly IlgpuDevice _device;
    private readonly TensorMatMulProgram _program;
    private readonly SharedMemoryConfig _shared;
    private readonly Launcher _launch;

    public TensorMatMulPlan(IlgpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, TensorMatMulProgram program)
        : base(device, declaration, shape)
    {
        _device = device;
        _program = program;
        _shared = SharedMemoryConfig.RequestDynamic<byte>(program.SharedBytes);
        _launch = device.Load<Launcher>(program.Source<TOutput>());
    }

    public delegate void Launcher(
        AcceleratorStream stream, KernelConfig config, ArrayView<byte> weightMemory, ArrayView<byte> activationMemory,
        ulong weights, ulong activations, long activationStride, ArrayView<TOutput> output, long outputStride,
        ArrayView<float> bias, ArrayView<TOutput> operand, long operandStride, int hasBias, int hasOperand, int rows, int inputs, int outputs);

    public override long WorkspaceBytes => 0;

    public override void Dispose()
    {
    }

    protected override void RunCore(in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand)
    {
        if (weights is not TensorWeights packed)
            throw Refuse("weights packed for other inputs", $"{Shape.InputType} inputs were planned", $"Pack the weights for {Shape.InputType} inputs.");
        var offset = 2 * input.Offset;
        if (offset % ChunkBytes != 0 || input.Stride(0) % ChunkElements != 0)
            throw Refuse(
                $"input {input} at byte {offset} with rows {input.Stride(0)} elements apart",
                $"rows must begin at multiples of {ChunkBytes} bytes", $"Pad rows to a multiple of {ChunkElements} elements, or copy the input.");

        var activations = (IlgpuBuffer)input.Buffer;
        var result = ((IlgpuBuffer)output.Buffer).View<TOutput>().SubView(output.Offset);
        var extras = new ProductExtras(weights, operand);
        using var access = _device.Enter();
        var groups = new Index3D(
            (input[0] + _program.Tokens - 1) / _program.Tokens, (Shape.Outputs + TensorWeightLayout.TileOutputs - 1) / TensorWeightLayout.TileOutputs, 1);
        _launch(
            _device.Stream, new KernelConfig(groups, new Index3D(_program.Threads, 1, 1), _shared),
            packed.Buffer.View<byte>(), activations.View<byte>(), packed.Buffer.Address, activations.Address + (ulong)offset, input.Stride(0),
            result, output.Stride(0),
            extras.Bias ?? packed.Buffer.View<float>(), extras.OperandOf<TOutput>()?.SubView(operand.Offset) ?? result, extras.OperandStride, extras.HasBias, extras.HasOperand, input[0], Shape.Inputs, Shape.Outputs);
    }
}
