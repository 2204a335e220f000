namespace Kernels;

/// <summary>A transposed product with grouped weights.</summary>
internal sealed unsafe class CpuTransposedGroupPlan(CpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, CpuGroupMatMulProgram program)
    : CpuTransposedPlan(device, declaration, shape, program, (long)CpuGroupWeights.MostDecoded * program.GroupRows)
{
    // Sums of a range stay in L1 or L2.
    private const int UsualRange = 1024;

    /// <inheritdoc/>
    protected override int RangeOf(PackedWeights weights)
    {
        var segment = program.Require(weights, Declaration).SegmentInputs;
        return segment * Math.Max(1, UsualRange / segment);
    }

    /// <inheritdoc/>
    protected override void Add(PackedWeights weights, int input, int count, float* x, float* scratch, float* sums)
    {
        var groups = (CpuGroupWeights)weights;
        var (first, end) = (input / groups.SegmentInputs, (input + count - 1) / groups.SegmentInputs + 1);
        sums -= (long)input * program.Lanes;
        for (var group = 0; group < groups.Outputs / groups.GroupRows; group++, x += groups.GroupRows * program.Lanes)
            for (var segment = first; segment < end; segment++)
            {
                var bounds = groups.Offsets + group * groups.Segments + segment;
                for (var from = bounds[0]; from < bounds[1]; from += CpuGroupWeights.MostDecoded)
                {
                    var stored = Math.Min(bounds[1] - from, CpuGroupWeights.MostDecoded);
                    program.Scatter(x, groups.Columns + from, groups.Decode(group, segment, from, stored, scratch), stored, sums);
                }
            }
    }
}
