using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>A product by weights in panels on an ILGPU device, in either direction.</summary>
internal sealed class GpuMatMulPlan(IlgpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, GpuMatMulProgram program)
    : GpuProductPlan<ProductLauncher<ProductArguments>>(device, declaration, shape, program)
{
    private readonly PanelLayout _layout = new(declaration.Kept, declaration.Of, shape.WeightType, GpuMatMulProgram.PanelWidth, shape.Inputs);

    /// <inheritdoc/>
    protected override void Launch(
        ProductLauncher<ProductArguments> launch, KernelConfig grid, in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand)
    {
        if (weights is not GpuPanelWeights packed || packed.Layout with { ScaleInputs = 0 } != _layout)
            throw Refuse(
                $"weights packed as {(weights as GpuPanelWeights)?.Layout.ToString() ?? weights.GetType().Name}",
                $"the plan reads {_layout}", "Pack the weights with this kernel for this device.");
        var extras = new ProductExtras(weights, operand);
        var y = ((IlgpuBuffer)output.Buffer).View<float>();
        launch(
            Gpu.Stream, grid, ((IlgpuBuffer)input.Buffer).View<float>(), packed.Buffer.View<uint>(), y, extras.Bias ?? y, extras.OperandOf<float>() ?? y,
            new ProductArguments
            {
                Input = input.Offset,
                InputStride = input.Stride(0),
                Output = output.Offset,
                OutputStride = output.Stride(0),
                Operand = operand.Offset,
                OperandStride = extras.OperandStride,
                HasBias = extras.HasBias,
                HasOperand = extras.HasOperand,
                PanelWords = packed.Layout.PanelBytes / sizeof(uint),
                Panels = packed.Layout.Panels(Shape.Outputs),
                Rows = input[0],
                Inputs = Shape.InputColumns,
                Outputs = Shape.OutputColumns,
                Steps = _layout.Steps,
                ScaleShift = int.Log2(packed.Layout.ScaleSteps),
            });
    }
}
