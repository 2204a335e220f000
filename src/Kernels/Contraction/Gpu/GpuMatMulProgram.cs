using System.ComponentModel;

namespace Kernels;

/// <summary>A product for one ILGPU lowering. Generated code supplies the kernels; packing and launching are shared.</summary>
/// <param name="lowering">The devices it is for.</param>
/// <param name="shape">The division of a product among threads.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuMatMulProgram(GpuLowering lowering, GpuProductShape shape) : MatMulProgram
{
    /// <summary>Outputs of a weight panel.</summary>
    internal const int PanelWidth = 32;

    /// <summary>Most activation rows that stream past the weights; more are cut into tiles.</summary>
    internal const int FewRows = 16;

    // Threads across a panel in a stream.
    private const int SliceThreads = 4;

    private static readonly ElementType[] Storages = [ElementType.Float32, ElementType.BFloat16, ElementType.Float16, ElementType.Int8];

    // The second dimension of a grid; CUDA limits it to 16 bits.
    private const int MostRowTiles = 65_535;

    /// <summary>The division of a product among threads.</summary>
    internal GpuProductShape Shape => shape;

    /// <summary>The kernel for any number of rows, type argument bound.</summary>
    public abstract Delegate Tile<TPanels>() where TPanels : struct, IGpuPanels;

    /// <summary>The kernel for one row, type argument bound.</summary>
    public abstract Delegate StreamOne<TPanels>() where TPanels : struct, IGpuPanels;

    /// <summary>The kernel for blocks of four rows, type argument bound.</summary>
    public abstract Delegate StreamFour<TPanels>() where TPanels : struct, IGpuPanels;

    /// <summary>The kernel for blocks of eight rows, type argument bound.</summary>
    public abstract Delegate StreamEight<TPanels>() where TPanels : struct, IGpuPanels;

    /// <inheritdoc/>
    public sealed override bool Targets(Device device) => device is IlgpuDevice gpu && gpu.Lowering == lowering;

    /// <inheritdoc/>
    public sealed override Support Supports(Device device, MatMulDeclaration declaration, in MatMulShape problem)
    {
        if (problem is not { InputType: ElementType.Float32, OutputType: ElementType.Float32 })
            return Support.No($"products on plain lanes take and give Float32, not {problem.InputType} and {problem.OutputType}");
        if (!Storages.Contains(problem.WeightType))
            return Support.No($"products on plain lanes read {string.Join(", ", Storages)} weights, not {problem.WeightType}");
        var most = (long)MostRowTiles * Shape.TileRows;
        if (problem.Rows > most) return Support.No($"{problem.Rows} rows are more than the {most} a grid can number");
        foreach (var source in Sources(declaration.Name, problem.WeightType))
        {
            var support = ((IlgpuDevice)device).Holds(source);
            if (!support.IsSupported) return support;
        }

        return Support.Yes;
    }

    /// <inheritdoc/>
    public sealed override PackedWeights Pack(Device device, MatMulDeclaration declaration, HostMatrix source, ElementType type)
    {
        var layout = new PanelLayout(
            declaration.Format, type, PanelWidth, source.Columns,
            !type.IsScaled() ? 0 : source.Type.IsScaled() ? source.ScaleColumns : PanelLayout.UsualScaleInputs);
        if (layout.ScaleSteps != int.MaxValue && (layout.ScaleSteps < PanelLayout.Run || !int.IsPow2(layout.ScaleSteps)))
            throw new KernelException(
                declaration.Name, device.Name, $"weights of which {layout.ScaleInputs} inputs share a scale",
                $"kernels here find scales by shifts: {PanelLayout.Run * layout.ColumnsPerStep} inputs times a power of two, or all of them",
                "Quantise in such groups, or pack as Float16.");
        return Filled(new GpuPackedWeights((IlgpuDevice)device, declaration, layout, source.Rows), source);
    }

    /// <inheritdoc/>
    public sealed override MatMulPlan Plan(Device device, MatMulDeclaration declaration, in MatMulShape problem) =>
        new GpuMatMulPlan((IlgpuDevice)device, declaration, problem, Shape, Sources(declaration.Name, problem.WeightType));

    /// <inheritdoc/>
    internal sealed override IEnumerable<GpuKernelSource> GpuSources(GpuLowering wanted)
    {
        if (wanted != lowering) yield break;
        foreach (var type in Storages)
            foreach (var source in Sources(GetType().DeclaringType!.Name, type)) yield return source;
    }

    private GpuKernelSource[] Sources(string name, ElementType type) => type switch
    {
        ElementType.Float32 => Sources<GpuFloat32Panels>(name, type),
        ElementType.BFloat16 => Sources<GpuPairPanels<GpuBFloat16>>(name, type),
        ElementType.Int8 => Sources<GpuInt8Panels>(name, type),
        _ => Sources<GpuPairPanels<GpuFloat16>>(name, type),
    };

    private GpuKernelSource[] Sources<TPanels>(string name, ElementType type) where TPanels : struct, IGpuPanels
    {
        GpuKernelSource Stream(string what, Delegate method) =>
            new($"{name}: {what}, {type}", method, SliceThreads * Shape.Slices, Shape.Slices * PanelWidth * sizeof(float));
        return
        [
            Stream("one row", StreamOne<TPanels>()), Stream("four rows", StreamFour<TPanels>()), Stream("eight rows", StreamEight<TPanels>()),
            new($"{name}: tile, {type}", Tile<TPanels>(), Shape.TileThreads, Shape.TileSharedBytes, Groups: Shape.TileGroups),
        ];
    }
}
