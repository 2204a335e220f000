namespace Kernels;

/// <summary>A product by grouped weights on an ILGPU device.</summary>
internal sealed class GpuGroupMatMulPlan(IlgpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, GpuGroupMatMulProgram program)
    : GpuProductPlan<GroupProductArguments>(device, declaration, shape, program)
{
    /// <inheritdoc/>
    protected override GroupProductArguments Bind(in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand, in ProductExtras extras, out IlgpuBuffer memory)
    {
        if (weights is not GpuGroupWeights groups || groups.Layout.GroupRows != Declaration.GroupRows)
            throw Refuse(
                weights is GpuGroupWeights other ? $"weights in groups of {other.Layout.GroupRows}" : $"weights packed as {weights.GetType().Name}",
                $"the plan reads groups of {Declaration.GroupRows}", "Pack the weights with this kernel for this device.");
        memory = groups.Buffer;
        var layout = groups.Layout;
        return new GroupProductArguments
        {
            Input = input.Offset,
            InputStride = input.Stride(0),
            Output = output.Offset,
            OutputStride = output.Stride(0),
            Operand = operand.Offset,
            OperandStride = extras.OperandStride,
            HasBias = extras.HasBias,
            HasOperand = extras.HasOperand,
            Columns = layout.Columns / sizeof(ushort),
            Scales = layout.Scales / sizeof(float),
            Values = layout.Values / sizeof(uint),
            Groups = layout.Groups,
            Rows = input[0],
            Inputs = Shape.Inputs,
            ScaleGroups = layout.ScaleGroups,
            ScaleShift = layout.ScaleGroups > 1 ? int.Log2(layout.ScaleInputs) : 30,
        };
    }
}
