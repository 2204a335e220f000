using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>A transposed product by grouped weights on an ILGPU device.</summary>
internal sealed class GpuTransposedGroupPlan(IlgpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, GpuGroupMatMulProgram program)
    : GpuProductPlan<TransposedGroupLauncher>(device, declaration, shape, program)
{
    /// <inheritdoc/>
    protected override void Launch(
        TransposedGroupLauncher launch, KernelConfig grid, in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand)
    {
        var groups = program.Require(weights, Declaration);
        var layout = groups.Layout;
        var index = groups.IndexByInput();
        var extras = new ProductExtras(weights, operand);
        var y = ((IlgpuBuffer)output.Buffer).View<float>();
        launch(
            Gpu.Stream, grid, ((IlgpuBuffer)input.Buffer).View<float>(), groups.Buffer.View<uint>(), index.Buffer.View<uint>(), y,
            extras.OperandOf<float>() ?? y,
            new TransposedGroupArguments
            {
                Input = input.Offset,
                InputStride = input.Stride(0),
                Output = output.Offset,
                OutputStride = output.Stride(0),
                Operand = operand.Offset,
                OperandStride = extras.OperandStride,
                HasOperand = extras.HasOperand,
                Stored = index.Stored,
                Groups = index.Groups,
                Scales = layout.Scales / sizeof(float),
                Values = layout.Values / sizeof(uint),
                Rows = input[0],
                Inputs = Shape.InputColumns,
                Outputs = Shape.OutputColumns,
                ScaleGroups = layout.ScaleGroups,
                ScaleShift = layout.ScaleShift,
            });
    }
}
