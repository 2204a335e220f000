using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>A depthwise convolution on an ILGPU device.</summary>
internal sealed class GpuDepthwisePlan(IlgpuDevice device, DepthwiseDeclaration declaration, in DepthwiseShape shape, GpuDepthwiseProgram program)
    : DepthwisePlan(device, declaration, shape)
{
    private readonly Launcher _launch = device.Load<Launcher>(program.Source(declaration));
    private readonly KernelConfig _grid = program.Windows.Grid(
        declaration.Window.Count(shape.Height) * declaration.Window.Count(shape.Width), shape.Channels);

    private delegate void Launcher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> input, ArrayView<float> weights, ArrayView<float> bias, ArrayView<float> output,
        ImageArguments image, long firstWeight, long weightStride, long firstBias);

    /// <inheritdoc/>
    public override long WorkspaceBytes => 0;

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <inheritdoc/>
    protected override void RunCore(in Tensor input, in Tensor weights, in Tensor bias, in Tensor output)
    {
        using var access = device.Enter();
        _launch(
            device.Stream, _grid, Floats(input), Floats(weights), Floats(bias), Floats(output),
            new ImageArguments(input, output, Shape.Height, Shape.Width, Declaration.Window), weights.Offset, weights.Stride(0), bias.Offset);
    }

    private static ArrayView<float> Floats(in Tensor tensor) => ((IlgpuBuffer)tensor.Buffer).View<float>();
}
