using System.ComponentModel;

namespace Kernels;

/// <summary>
/// A product by groups of outputs that share their inputs, for one ILGPU lowering. Generated code supplies the kernels; packing and
/// launching are shared.
/// </summary>
/// <param name="lowering">The devices it is for.</param>
/// <param name="groupRows">Outputs of a group.</param>
/// <param name="shape">The division of a product among threads.</param>
/// <param name="transposed">That of a product by weights used transposed.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuGroupMatMulProgram(GpuLowering lowering, int groupRows, GpuProductShape shape, GpuProductShape transposed)
    : GpuProductProgram(lowering, shape, transposed)
{
    /// <summary>The kernel for any number of rows, type argument bound.</summary>
    public abstract Delegate Tile<TValues>() where TValues : struct, IGpuValues;

    /// <summary>The kernel for one row, type argument bound.</summary>
    public abstract Delegate StreamOne<TValues>() where TValues : struct, IGpuValues;

    /// <summary>The kernel for blocks of four rows, type argument bound.</summary>
    public abstract Delegate StreamFour<TValues>() where TValues : struct, IGpuValues;

    /// <summary>The kernel for any number of rows past weights used transposed, type argument bound.</summary>
    public abstract Delegate TransposedTile<TValues>() where TValues : struct, IGpuValues;

    /// <summary>The kernel for one row past weights used transposed, type argument bound.</summary>
    public abstract Delegate TransposedStreamOne<TValues>() where TValues : struct, IGpuValues;

    /// <summary>The kernel for blocks of four rows past weights used transposed, type argument bound.</summary>
    public abstract Delegate TransposedStreamFour<TValues>() where TValues : struct, IGpuValues;

    /// <inheritdoc/>
    public sealed override PackedWeights Pack(Device device, MatMulDeclaration declaration, HostMatrix source, ElementType type)
    {
        var scaleInputs = GroupLayout.ScaleInputsOf(source, type);
        RequireScales(device, declaration, source.Columns, scaleInputs, least: 1);
        var packer = new GroupPacker(declaration, device, source, groupRows);
        var layout = new GroupLayout(type, source.Rows, source.Columns, groupRows, packer.Count, scaleInputs, SegmentInputs: GroupLayout.MostInputs);
        return Filled(new GpuGroupWeights((IlgpuDevice)device, declaration, layout), source);
    }

    /// <inheritdoc/>
    public sealed override MatMulPlan Plan(Device device, MatMulDeclaration declaration, in MatMulShape problem) => problem.Transposed
        ? new GpuTransposedGroupPlan((IlgpuDevice)device, declaration, problem, this)
        : new GpuGroupMatMulPlan((IlgpuDevice)device, declaration, problem, this);

    /// <summary>The weights, if they are this program's.</summary>
    /// <exception cref="KernelException">They are not.</exception>
    internal GpuGroupWeights Require(PackedWeights weights, MatMulDeclaration declaration) =>
        weights is GpuGroupWeights groups && groups.Layout.GroupRows == groupRows
            ? groups
            : throw new KernelException(
                declaration.Name, weights.Device.Name,
                weights is GpuGroupWeights other ? $"weights in groups of {other.Layout.GroupRows}" : $"weights packed as {weights.GetType().Name}",
                $"the plan reads groups of {groupRows}", "Pack the weights with this kernel for this device.");

    /// <inheritdoc/>
    internal sealed override GpuProductSources Sources(string name, ElementType type, bool isTransposed) => type switch
    {
        ElementType.Float32 => Sources<GpuFloat32Values>(name, type, isTransposed),
        ElementType.BFloat16 => Sources<GpuPairValues<GpuBFloat16>>(name, type, isTransposed),
        ElementType.Float16 => Sources<GpuPairValues<GpuFloat16>>(name, type, isTransposed),
        ElementType.Int8 => Sources<GpuInt8Values>(name, type, isTransposed),
        _ => Sources<GpuInt4Values>(name, type, isTransposed),
    };

    private GpuProductSources Sources<TValues>(string name, ElementType type, bool isTransposed) where TValues : struct, IGpuValues => isTransposed
        ? Sources(name, type, true, TransposedTile<TValues>(), (1, TransposedStreamOne<TValues>(), null), (4, TransposedStreamFour<TValues>(), null))
        : Sources(name, type, false, Tile<TValues>(), (1, StreamOne<TValues>(), null), (4, StreamFour<TValues>(), null));
}
