using System.ComponentModel;

namespace Kernels;

/// <summary>A product on plain multiply-adds for one ILGPU lowering: a few rows stream past the weights, more are cut into tiles.</summary>
/// <param name="lowering">The devices it is for.</param>
/// <param name="shape">The division of a product among threads.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuProductProgram(GpuLowering lowering, GpuProductShape shape) : MatMulProgram
{
    /// <summary>Most activation rows that stream past the weights; more are cut into tiles.</summary>
    internal const int FewRows = 16;

    // The second dimension of a grid; CUDA limits it to 16 bits.
    private const int MostRowTiles = 65_535;

    private static readonly ElementType[] Storages =
        [ElementType.Float32, ElementType.BFloat16, ElementType.Float16, ElementType.Int8, ElementType.Int4];

    /// <summary>The division of a product among threads.</summary>
    internal GpuProductShape Shape => shape;

    /// <inheritdoc/>
    public sealed override bool Targets(Device device) => device is IlgpuDevice gpu && gpu.Lowering == lowering;

    /// <inheritdoc/>
    public sealed override Support Supports(Device device, MatMulDeclaration declaration, in MatMulShape problem)
    {
        if (problem is not { InputType: ElementType.Float32, OutputType: ElementType.Float32 })
            return Support.No($"products on plain lanes take and give Float32, not {problem.InputType} and {problem.OutputType}");
        if (problem.Transposed) return MatMulShape.OneWay;
        var most = (long)MostRowTiles * Shape.TileRows;
        if (problem.Rows > most) return Support.No($"{problem.Rows} rows are more than the {most} a grid can number");
        foreach (var source in Sources(declaration.Name, problem.WeightType).All)
        {
            var support = ((IlgpuDevice)device).Holds(source);
            if (!support.IsSupported) return support;
        }

        return Support.Yes;
    }

    /// <summary>The kernels that read weights of <paramref name="type"/>.</summary>
    internal abstract GpuProductSources Sources(string name, ElementType type);

    /// <inheritdoc/>
    internal sealed override IEnumerable<GpuKernelSource> GpuSources(MatMulDeclaration declaration, GpuLowering wanted) =>
        wanted == lowering ? Storages.SelectMany(type => Sources(declaration.Name, type).All) : [];

    /// <summary>A kernel that <paramref name="rows"/> rows at a time stream through; <paramref name="groups"/> as <see cref="GpuKernelSource.Groups"/>.</summary>
    private protected (int, GpuKernelSource) Stream(string name, int rows, ElementType type, Delegate method, int? groups = null)
    {
        var what = rows switch { 1 => "one row", 4 => "four rows", _ => "eight rows" };
        return (rows, new($"{name}: {what}, {type}", method, Shape.StreamThreads, Shape.StreamSharedBytes, Groups: groups));
    }

    /// <summary>The kernel for many rows.</summary>
    private protected GpuKernelSource Tile(string name, ElementType type, Delegate method) =>
        new($"{name}: tile, {type}", method, Shape.TileThreads, Shape.TileSharedBytes, Groups: Shape.TileGroups);

    /// <summary>Kernels find scales by shifts.</summary>
    /// <exception cref="KernelException">The weights share them in another way.</exception>
    private protected static void RequireScales(Device device, MatMulDeclaration declaration, int inputs, int scaleInputs, int least)
    {
        if (scaleInputs == 0 || scaleInputs >= inputs || (scaleInputs % least == 0 && int.IsPow2(scaleInputs / least))) return;
        throw new KernelException(
            declaration.Name, device.Name, $"weights of which {scaleInputs} inputs share a scale",
            $"kernels here find scales by shifts: {least} inputs times a power of two, or all of them", "Quantise in such groups, or pack as Float16.");
    }
}
