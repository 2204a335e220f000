namespace Kernels;

/// <summary>A product by weights in panels on an ILGPU device.</summary>
internal sealed class GpuMatMulPlan(IlgpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, GpuMatMulProgram program)
    : GpuProductPlan<ProductArguments>(device, declaration, shape, program)
{
    private readonly PanelLayout _layout = new(declaration.Kept, declaration.Of, shape.WeightType, GpuMatMulProgram.PanelWidth, shape.Inputs);

    /// <inheritdoc/>
    protected override ProductArguments Bind(in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand, in ProductExtras extras, out IlgpuBuffer memory)
    {
        if (weights is not GpuPanelWeights packed || packed.Layout with { ScaleInputs = 0 } != _layout)
            throw Refuse(
                $"weights packed as {(weights as GpuPanelWeights)?.Layout.ToString() ?? weights.GetType().Name}",
                $"the plan reads {_layout}", "Pack the weights with this kernel for this device.");
        memory = packed.Buffer;
        return new ProductArguments
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
            Inputs = Shape.Inputs,
            Outputs = Shape.Outputs,
            Steps = _layout.Steps,
            ScaleShift = int.Log2(packed.Layout.ScaleSteps),
        };
    }
}
