using System.ComponentModel;

namespace Kernels;

/// <summary>A product by dense or 2:4 weights for one ILGPU lowering. Generated code supplies the kernels; packing and launching are shared.</summary>
/// <param name="lowering">The devices it is for.</param>
/// <param name="shape">The division of a product among threads.</param>
/// <param name="transposed">That of a product by weights used transposed.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuMatMulProgram(GpuLowering lowering, GpuProductShape shape, GpuProductShape transposed) : GpuProductProgram(lowering, shape, transposed)
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

    /// <summary>The kernel for any number of rows past weights used transposed, type argument bound.</summary>
    public abstract Delegate TransposedTile<TPanels>() where TPanels : struct, IGpuPanels;

    /// <summary>The kernel for one row past weights used transposed, type argument bound.</summary>
    public abstract Delegate TransposedStreamOne<TPanels>() where TPanels : struct, IGpuPanels;

    /// <summary>The kernel for blocks of eight rows past weights used transposed, type argument bound.</summary>
    public abstract Delegate TransposedStreamEight<TPanels>() where TPanels : struct, IGpuPanels;

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
    internal sealed override GpuProductSources Sources(string name, ElementType type, bool isTransposed) => type switch
    {
        ElementType.Float32 => Sources<GpuFloat32Panels>(name, type, isTransposed),
        ElementType.BFloat16 => Sources<GpuPairPanels<GpuBFloat16>>(name, type, isTransposed),
        ElementType.Float16 => Sources<GpuPairPanels<GpuFloat16>>(name, type, isTransposed),
        ElementType.Int8 => Sources<GpuInt8Panels>(name, type, isTransposed),
        _ => Sources<GpuInt4Panels>(name, type, isTransposed),
    };

    private GpuProductSources Sources<TPanels>(string name, ElementType type, bool isTransposed) where TPanels : struct, IGpuPanels => isTransposed
        ? Sources(name, type, true, TransposedTile<TPanels>(), (1, TransposedStreamOne<TPanels>(), null), (8, TransposedStreamEight<TPanels>(), null))
        : Sources(
            name, type, false, Tile<TPanels>(), (1, StreamOne<TPanels>(), type == ElementType.Int4 ? UnpackingGroups : null),
            (4, StreamFour<TPanels>(), null), (8, StreamEight<TPanels>(), null));
}
