using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>A product by grouped weights on an ILGPU device.</summary>
internal sealed class GpuGroupMatMulPlan(IlgpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, GpuGroupMatMulProgram program)
    : GpuProductPlan<ProductLauncher<GroupProductArguments>>(device, declaration, shape, program)
{
    /// <inheritdoc/>
    protected override void Launch(
        ProductLauncher<GroupProductArguments> launch, KernelConfig grid, in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand)
    {
        var groups = program.Require(weights, Declaration);
        var layout = groups.Layout;
        var extras = new ProductExtras(weights, operand);
        var y = ((IlgpuBuffer)output.Buffer).View<float>();
        launch(
            Gpu.Stream, grid, ((IlgpuBuffer)input.Buffer).View<float>(), groups.Buffer.View<uint>(), y, extras.Bias ?? y, extras.OperandOf<float>() ?? y,
            new GroupProductArguments
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
                ScaleShift = layout.ScaleShift,
            });
    }
}
