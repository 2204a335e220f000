using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>A product on an ILGPU device: a few rows stream past the weights, more are cut into tiles.</summary>
/// <typeparam name="TArguments">The numbers of a launch.</typeparam>
internal abstract class GpuProductPlan<TArguments> : MatMulPlan where TArguments : struct
{
    private readonly IlgpuDevice _gpu;
    private readonly GpuProductShape _division;
    private readonly ProductLauncher<TArguments> _stream;
    private readonly int _streamRows;
    private readonly ProductLauncher<TArguments>? _tile;

    /// <summary>Compiles what runs of up to the shape's rows need.</summary>
    protected GpuProductPlan(IlgpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, GpuProductProgram program)
        : base(device, declaration, shape)
    {
        (_gpu, _division) = (device, program.Shape);
        var sources = program.Sources(declaration.Name, shape.WeightType);
        (_streamRows, var stream) = sources.StreamOf(shape.Rows);
        _stream = device.Load<ProductLauncher<TArguments>>(stream);
        if (shape.Rows > GpuProductProgram.FewRows) _tile = device.Load<ProductLauncher<TArguments>>(sources.Tile);
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => 0;

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <summary>The numbers of a launch, and the memory its kernel finds the weights in.</summary>
    /// <exception cref="KernelException">The weights are of another program.</exception>
    protected abstract TArguments Bind(in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand, in ProductExtras extras, out IlgpuBuffer memory);

    /// <inheritdoc/>
    protected override void RunCore(in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand)
    {
        var extras = new ProductExtras(weights, operand);
        var arguments = Bind(input, weights, output, operand, extras, out var memory);
        var (x, w, y) = (((IlgpuBuffer)input.Buffer).View<float>(), memory.View<uint>(), ((IlgpuBuffer)output.Buffer).View<float>());
        var isFew = input[0] <= GpuProductProgram.FewRows;
        var (outputs, rows, threads) = isFew
            ? (_division.StreamOutputs, _streamRows, _division.StreamThreads)
            : (_division.TileOutputs, _division.TileRows, _division.TileThreads);
        using var access = _gpu.Enter();
        (isFew ? _stream : _tile!)(
            _gpu.Stream, new KernelConfig(new Index2D(Divide(Shape.Outputs, outputs), Divide(input[0], rows)), new Index2D(threads, 1)), x, w, y,
            extras.Bias ?? y, extras.OperandOf<float>() ?? y, arguments);
    }

    private static int Divide(int value, int by) => (int)(((long)value + by - 1) / by);
}
