namespace Kernels;

/// <summary>A transposed product with grouped weights.</summary>
internal sealed unsafe class CpuTransposedGroupPlan(CpuDevice device, MatMulDeclaration declaration, in MatMulShape shape, CpuGroupMatMulProgram program)
    : CpuTransposedPlan(device, declaration, shape, program.Lanes, (long)CpuGroupWeights.MostDecoded * program.GroupRows)
{
    /// <inheritdoc/>
    protected override int RangeOf(PackedWeights weights) =>
        program.Require(weights, Declaration).SegmentInputs;

    /// <inheritdoc/>
    protected override void Add(PackedWeights weights, int input, int count, float* x, float* scratch, float* sums)
    {
        var groups = (CpuGroupWeights)weights;
        var segment = input / groups.SegmentInputs;
        sums -= (long)input * program.Lanes;
        for (var group = 0; group < groups.Outputs / groups.GroupRows; group++, x += groups.GroupRows * program.Lanes)
        {
            var bounds = groups.Offsets + group * groups.Segments + segment;
            for (var from = bounds[0]; from < bounds[1]; from += CpuGroupWeights.MostDecoded)
            {
                var stored = Math.Min(bounds[1] - from, CpuGroupWeights.MostDecoded);
                program.Scatter(x, groups.Columns + from, groups.Decode(group, segment, from, stored, scratch), stored, sums);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Finish(float* sums, int count) => program.Finish(sums, count);
}
