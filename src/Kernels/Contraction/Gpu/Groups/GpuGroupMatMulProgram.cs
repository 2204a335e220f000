using System.ComponentModel;

namespace Kernels;

/// <summary>
/// A product by groups of outputs that share their inputs, for one ILGPU lowering. Generated code supplies the kernels; packing and
/// launching are shared.
/// </summary>
/// <param name="lowering">The devices it is for.</param>
/// <param name="groupRows">Outputs of a group.</param>
/// <param name="shape">The division of a product among threads.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuGroupMatMulProgram(GpuLowering lowering, int groupRows, GpuProductShape shape) : GpuProductProgram(lowering, shape)
{
    /// <summary>The kernel for any number of rows, type argument bound.</summary>
    public abstract Delegate Tile<TValues>() where TValues : struct, IGpuValues;

    /// <summary>The kernel for one row, type argument bound.</summary>
    public abstract Delegate StreamOne<TValues>() where TValues : struct, IGpuValues;

    /// <summary>The kernel for blocks of four rows, type argument bound.</summary>
    public abstract Delegate StreamFour<TValues>() where TValues : struct, IGpuValues;

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
    public sealed override MatMulPlan Plan(Device device, MatMulDeclaration declaration, in MatMulShape problem) =>
        new GpuGroupMatMulPlan((IlgpuDevice)device, declaration, problem, this);

    /// <inheritdoc/>
    internal sealed override GpuProductSources Sources(string name, ElementType type) => type switch
    {
        ElementType.Float32 => Sources<GpuFloat32Values>(name, type),
        ElementType.BFloat16 => Sources<GpuPairValues<GpuBFloat16>>(name, type),
        ElementType.Float16 => Sources<GpuPairValues<GpuFloat16>>(name, type),
        ElementType.Int8 => Sources<GpuInt8Values>(name, type),
        _ => Sources<GpuInt4Values>(name, type),
    };

    private GpuProductSources Sources<TValues>(string name, ElementType type) where TValues : struct, IGpuValues =>
        new(
            [Stream(name, 1, type, StreamOne<TValues>()), Stream(name, 4, type, StreamFour<TValues>())],
            Tile(name, type, Tile<TValues>()));
}
