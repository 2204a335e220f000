using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>A product on an ILGPU device: a few rows stream past the weights, more are cut into tiles.</summary>
internal sealed class GpuMatMulPlan : MatMulPlan
{
    private readonly IlgpuDevice _gpu;
    private readonly GpuProductShape _division;
    private readonly PanelLayout _layout;
    private readonly ProductLauncher _stream;
    private readonly int _streamRows, _streamThreads;
    private readonly ProductLauncher? _tile;

    /// <summary>Compiles what runs of up to the shape's rows need.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="declaration">What was declared.</param>
    /// <param name="shape">The largest problem.</param>
    /// <param name="division">The division among threads the kernels were printed for.</param>
    /// <param name="sources">The kernels for blocks of one, four and eight rows, and for tiles.</param>
    public GpuMatMulPlan(IlgpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, GpuProductShape division, GpuKernelSource[] sources)
        : base(device, declaration, shape)
    {
        _gpu = device;
        _division = division;
        _layout = new PanelLayout(declaration.Format, shape.WeightType, GpuMatMulProgram.PanelWidth, shape.Inputs);
        var (stream, rows) = shape.Rows switch { 1 => (sources[0], 1), <= 4 => (sources[1], 4), _ => (sources[2], 8) };
        (_streamRows, _streamThreads) = (rows, stream.Threads);
        _stream = device.Load<ProductLauncher>(stream);
        if (shape.Rows > GpuMatMulProgram.FewRows) _tile = device.Load<ProductLauncher>(sources[3]);
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => 0;

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <inheritdoc/>
    protected override void RunCore(in Tensor input, PackedWeights weights, in Tensor output)
    {
        if (weights is not GpuPackedWeights packed || packed.Layout with { ScaleInputs = 0 } != _layout)
            throw Refuse(
                $"weights packed as {(weights as GpuPackedWeights)?.Layout.ToString() ?? weights.GetType().Name}",
                $"the plan reads {_layout}", "Pack the weights with this kernel for this device.");
        var panels = packed.Layout.Panels(Shape.Outputs);
        var arguments = new ProductArguments
        {
            Input = input.Offset,
            InputStride = input.Stride(0),
            Output = output.Offset,
            OutputStride = output.Stride(0),
            PanelWords = packed.Layout.PanelBytes / sizeof(uint),
            Panels = panels,
            Rows = input[0],
            Inputs = Shape.Inputs,
            Outputs = Shape.Outputs,
            Steps = _layout.Steps,
            ScaleShift = int.Log2(packed.Layout.ScaleSteps),
        };
        var (x, w, y) = (((IlgpuBuffer)input.Buffer).View<float>(), packed.Buffer.View<uint>(), ((IlgpuBuffer)output.Buffer).View<float>());
        using var access = _gpu.Enter();
        if (arguments.Rows <= GpuMatMulProgram.FewRows)
            _stream(
                _gpu.Stream, new KernelConfig(new Index2D(panels, Divide(arguments.Rows, _streamRows)), new Index2D(_streamThreads, 1)), x, w, y, arguments);
        else
            _tile!(
                _gpu.Stream,
                new KernelConfig(
                    new Index2D(Divide(Shape.Outputs, _division.TileOutputs), Divide(arguments.Rows, _division.TileRows)), new Index2D(_division.TileThreads, 1)),
                x, w, y, arguments);
    }

    private static int Divide(int value, int by) => (int)(((long)value + by - 1) / by);
}
