using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>A convolution on an ILGPU device.</summary>
/// <remarks>An output is summed by one thread in the order of its stored weights.</remarks>
internal sealed class GpuConvolutionPlan(IlgpuDevice device, ConvolutionDeclaration declaration, in ConvolutionShape shape, GpuConvolutionProgram program)
    : ConvolutionPlan(device, declaration, shape)
{
    private readonly Launcher _launch = device.Load<Launcher>(program.Source(declaration));
    private readonly KernelConfig _grid = program.Windows.Grid(
        declaration.Window.Count(shape.Height) * declaration.Window.Count(shape.Width), shape.Outputs / declaration.GroupRows);

    private delegate void Launcher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> input, ArrayView<uint> weights, ArrayView<float> output, ArrayView<float> residual,
        ImageArguments image, FilterArguments filters);

    /// <inheritdoc/>
    public override long WorkspaceBytes => 0;

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <inheritdoc/>
    protected override void RunCore(in Tensor input, ConvolutionWeights weights, in Tensor output, in Tensor residual)
    {
        var packed = (GpuConvolutionWeights)weights;
        var filters = new FilterArguments { Taps = packed.Taps, Bias = packed.Bias, Values = packed.Values };
        if (residual.Buffer is not null) (filters.Residual, filters.ResidualStride, filters.HasResidual) = (residual.Offset, residual.Stride(0), 1);
        using var access = device.Enter();
        _launch(
            device.Stream, _grid, Floats(input), packed.Buffer.View<uint>(), Floats(output), Floats(residual.Buffer is null ? output : residual),
            new ImageArguments(input, output, Shape.Height, Shape.Width, Declaration.Window), filters);
    }

    private static ArrayView<float> Floats(in Tensor tensor) => ((IlgpuBuffer)tensor.Buffer).View<float>();
}
