using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>A product on an ILGPU device: a few rows stream past the weights, more are cut into tiles.</summary>
/// <typeparam name="TLauncher">Launches the kernels.</typeparam>
internal abstract class GpuProductPlan<TLauncher> : MatMulPlan where TLauncher : Delegate
{
    private readonly GpuProductShape _division;
    private readonly TLauncher _stream;
    private readonly int _streamRows;
    private readonly TLauncher? _tile;

    /// <summary>Compiles what runs of up to the shape's rows need.</summary>
    protected GpuProductPlan(IlgpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, GpuProductProgram program)
        : base(device, declaration, shape)
    {
        var sources = program.Sources(declaration.Name, shape.WeightType, shape.Transposed);
        (Gpu, _division) = (device, sources.Shape);
        (_streamRows, var stream) = sources.StreamOf(shape.Rows);
        _stream = device.Load<TLauncher>(stream);
        if (shape.Rows > GpuProductProgram.FewRows) _tile = device.Load<TLauncher>(sources.Tile);
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => 0;

    /// <summary>Where the plan runs.</summary>
    protected IlgpuDevice Gpu { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <summary>Launches one kernel on the device's stream.</summary>
    /// <exception cref="KernelException">The weights are of another program; nothing was launched.</exception>
    protected abstract void Launch(TLauncher launch, KernelConfig grid, in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand);

    /// <inheritdoc/>
    protected override void RunCore(in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand)
    {
        var isFew = input[0] <= GpuProductProgram.FewRows;
        var (outputs, rows, threads) = isFew
            ? (_division.StreamOutputs, _streamRows, _division.StreamThreads)
            : (_division.TileOutputs, _division.TileRows, _division.TileThreads);
        var grid = new KernelConfig(new Index2D(Divide(Shape.OutputColumns, outputs), Divide(input[0], rows)), new Index2D(threads, 1));
        using var access = Gpu.Enter();
        Launch(isFew ? _stream : _tile!, grid, input, weights, output, operand);
    }

    private static int Divide(int value, int by) => (int)(((long)value + by - 1) / by);
}
