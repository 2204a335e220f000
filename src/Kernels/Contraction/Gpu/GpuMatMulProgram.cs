using System.ComponentModel;

namespace Kernels;

/// <summary>A product by dense or 2:4 weights for one ILGPU lowering. Generated code supplies the kernels; packing and launching are shared.</summary>
/// <param name="lowering">The devices it is for.</param>
/// <param name="shape">The division of a product among threads.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuMatMulProgram(GpuLowering lowering, GpuProductShape shape) : GpuProductProgram(lowering, shape)
{
    /// <summary>Outputs of a weight panel.</summary>
    internal const int PanelWidth = 32;

    // Four bits take more registers to unpack than three groups of a multiprocessor leave a thread.
    private const int UnpackingGroups = 2;

    /// <summary>The kernel for any number of rows, type argument bound.</summary>
    public abstract Delegate Tile<TPanels>() where TPanels : struct, IGpuPanels;

    /// <summary>The kernel for one row, type argument bound.</summary>
    public abstract Delegate StreamOne<TPanels>() where TPanels : struct, IGpuPanels;

    /// <summary>The kernel for blocks of four rows, type argument bound.</summary>
    public abstract Delegate StreamFour<TPanels>() where TPanels : struct, IGpuPanels;

    /// <summary>The kernel for blocks of eight rows, type argument bound.</summary>
    public abstract Delegate StreamEight<TPanels>() where TPanels : struct, IGpuPanels;

    /// <inheritdoc/>
    public sealed override PackedWeights Pack(Device device, MatMulDeclaration declaration, HostMatrix source, ElementType type)
    {
        var layout = new PanelLayout(
            declaration.Kept, declaration.Of, type, PanelWidth, source.Columns,
            !type.IsScaled() ? 0 : source.Type.IsScaled() ? source.ScaleColumns : PanelLayout.UsualScaleInputs);
        RequireScales(device, declaration, source.Columns, layout.ScaleInputs, layout.RunInputs);
        return Filled(new GpuPanelWeights((IlgpuDevice)device, declaration, layout, source.Rows), source);
    }

    /// <inheritdoc/>
    public sealed override MatMulPlan Plan(Device device, MatMulDeclaration declaration, in MatMulShape problem) =>
        new GpuMatMulPlan((IlgpuDevice)device, declaration, problem, this);

    /// <inheritdoc/>
    internal sealed override GpuProductSources Sources(string name, ElementType type) => type switch
    {
        ElementType.Float32 => Sources<GpuFloat32Panels>(name, type),
        ElementType.BFloat16 => Sources<GpuPairPanels<GpuBFloat16>>(name, type),
        ElementType.Float16 => Sources<GpuPairPanels<GpuFloat16>>(name, type),
        ElementType.Int8 => Sources<GpuInt8Panels>(name, type),
        _ => Sources<GpuInt4Panels>(name, type),
    };

    private GpuProductSources Sources<TPanels>(string name, ElementType type) where TPanels : struct, IGpuPanels =>
        new(
            [
                Stream(name, 1, type, StreamOne<TPanels>(), type == ElementType.Int4 ? UnpackingGroups : null),
                Stream(name, 4, type, StreamFour<TPanels>()), Stream(name, 8, type, StreamEight<TPanels>()),
            ],
            Tile(name, type, Tile<TPanels>()));
}
