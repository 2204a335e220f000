using System.ComponentModel;

namespace Kernels;

/// <summary>
/// A product on the processor with groups of outputs that share their inputs, for one vector width. Generated code supplies the loops
/// over a group's stored inputs; packing, decoding, blocking and threads are shared.
/// </summary>
/// <param name="vectorBits">Width of the vectors.</param>
/// <param name="groupRows">Outputs of a group.</param>
/// <param name="tileRows">Activation rows of a tile.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class CpuGroupMatMulProgram(int vectorBits, int groupRows, int tileRows) : CpuProductProgram(vectorBits)
{
    /// <summary>Most activation rows that are taken one by one.</summary>
    internal const int FewRows = 4;

    // Activations of a segment, which stay in L1 while groups pass.
    private const int SegmentBytes = 16 << 10;

    /// <summary>Outputs of a group.</summary>
    public int GroupRows { get; } = groupRows;

    /// <summary>Activation rows of a tile.</summary>
    public int TileRows { get; } = tileRows;

    /// <summary>Inputs of which a tile's activations stay in L1 while groups pass.</summary>
    internal int SegmentInputs => SegmentBytes / (sizeof(float) * TileRows);

    /// <inheritdoc/>
    public sealed override PackedWeights Pack(Device device, MatMulDeclaration declaration, HostMatrix source, ElementType type) =>
        new CpuGroupWeights((CpuDevice)device, declaration, source, type, this);

    /// <inheritdoc/>
    public sealed override MatMulPlan Plan(Device device, MatMulDeclaration declaration, in MatMulShape shape) => shape.Transposed
        ? new CpuTransposedGroupPlan((CpuDevice)device, declaration, shape, this)
        : new CpuGroupMatMulPlan((CpuDevice)device, declaration, shape, this);

    /// <summary>The weights, if they are this program's.</summary>
    /// <exception cref="KernelException">They are not.</exception>
    internal CpuGroupWeights Require(PackedWeights weights, MatMulDeclaration declaration) =>
        weights is CpuGroupWeights groups && groups.GroupRows == GroupRows
            ? groups
            : throw new KernelException(
                declaration.Name, weights.Device.Name,
                weights is CpuGroupWeights other ? $"weights in groups of {other.GroupRows}" : $"weights packed as {weights.GetType().Name}",
                $"the plan reads groups of {GroupRows}", "Pack the weights with this kernel for this device.");

    /// <summary>Sums of a group for one activation row.</summary>
    /// <param name="type">Storage of the values.</param>
    /// <param name="x">The row.</param>
    /// <param name="columns">Stored inputs of all groups.</param>
    /// <param name="values">[stored inputs][group rows].</param>
    /// <param name="bounds">Where runs of the group's stored inputs begin, every <paramref name="step"/>-th entry; one more ends the last.</param>
    /// <param name="step">Entries from bound to bound.</param>
    /// <param name="runs">How many runs: stored inputs that share scales are one.</param>
    /// <param name="scales">[runs][group rows], where values have scales.</param>
    /// <param name="sums">[group rows].</param>
    public abstract void Row(ElementType type, float* x, ushort* columns, byte* values, int* bounds, int step, int runs, float* scales, float* sums);

    /// <summary>Adds stored inputs of a group to the sums of a tile of activation rows.</summary>
    /// <param name="x">Packed activations, [inputs][tile rows].</param>
    /// <param name="columns">The inputs that are used.</param>
    /// <param name="values">[count][group rows].</param>
    /// <param name="count">How many inputs; may be 0.</param>
    /// <param name="sums">[group rows][tile rows].</param>
    /// <param name="resume">Whether to start from <paramref name="sums"/> rather than from zero.</param>
    public abstract void Tile(float* x, ushort* columns, float* values, int count, float* sums, bool resume);

    /// <summary>Adds what the outputs of a group, used transposed, give to the sums of its stored inputs.</summary>
    /// <param name="x">[group rows][<see cref="CpuProductProgram.Lanes"/>]: a vector of activation rows for each output.</param>
    /// <param name="columns">The inputs that are used.</param>
    /// <param name="values">[count][group rows].</param>
    /// <param name="count">How many inputs; may be 0.</param>
    /// <param name="sums">[inputs][<see cref="CpuProductProgram.Lanes"/>].</param>
    public abstract void Scatter(float* x, ushort* columns, float* values, int count, float* sums);
}
