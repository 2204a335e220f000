namespace Kernels;

/// <summary>A transposed product with weights in panels, dense or N:M.</summary>
internal sealed unsafe class CpuTransposedPanelPlan(CpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, CpuMatMulProgram program)
    : CpuTransposedPlan(device, declaration, shape, program, PanelWidener.BytesOf(program.LayoutOf(declaration, shape), Range) / sizeof(float))
{
    // A multiple of every run. Sums of a range stay in L1.
    private const int Range = 512;

    private readonly PanelLayout _layout = program.LayoutOf(declaration, shape);

    /// <inheritdoc/>
    protected override int RangeOf(PackedWeights weights)
    {
        _ = CpuMatMulProgram.Require(weights, _layout, Declaration);
        return Range;
    }

    /// <inheritdoc/>
    protected override void Add(PackedWeights weights, int input, int count, float* x, float* scratch, float* sums)
    {
        var packed = (CpuPackedWeights)weights;
        var layout = packed.Layout;
        var (step, steps) = (input / layout.ColumnsPerStep, count / layout.ColumnsPerStep);
        for (var panel = 0; panel < layout.Panels(Shape.Outputs); panel++)
        {
            var output = panel * layout.Width;
            byte* stored = packed.Pointer + panel * layout.PanelBytes, values = (byte*)scratch;
            if (layout.Type == ElementType.Float32) values = stored + layout.Offset(step);
            else PanelWidener.Widen(layout, stored, step, steps, values);
            program.Scatter(x + (long)output * program.Lanes, Math.Min(layout.Width, Shape.Outputs - output), values, steps, sums);
        }
    }
}
