using System.ComponentModel;

namespace Kernels;

/// <summary>A product on plain multiply-adds for one ILGPU lowering: a few rows stream past the weights, more are cut into tiles.</summary>
/// <param name="lowering">The devices it is for.</param>
/// <param name="shape">The division of a product among threads.</param>
/// <param name="transposed">That of a product by weights used transposed.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuProductProgram(GpuLowering lowering, GpuProductShape shape, GpuProductShape transposed) : MatMulProgram
{
    /// <summary>Most activation rows that stream past the weights; more are cut into tiles.</summary>
    internal const int FewRows = 16;

    // The second dimension of a grid; CUDA limits it to 16 bits.
    private const int MostRowTiles = 65_535;

    private static readonly ElementType[] Storages =
        [ElementType.Float32, ElementType.BFloat16, ElementType.Float16, ElementType.Int8, ElementType.Int4];

    /// <inheritdoc/>
    public sealed override bool Targets(Device device) => device is IlgpuDevice gpu && gpu.Lowering == lowering;

    /// <inheritdoc/>
    public sealed override Support Supports(Device device, MatMulDeclaration declaration, in MatMulShape problem)
    {
        if (problem is not { InputType: ElementType.Float32, OutputType: ElementType.Float32 })
            return Support.No($"products on plain lanes take and give Float32, not {problem.InputType} and {problem.OutputType}");
        var sources = Sources(declaration.Name, problem.WeightType, problem.Transposed);
        var most = (long)MostRowTiles * sources.Shape.TileRows;
        if (problem.Rows > most) return Support.No($"{problem.Rows} rows are more than the {most} a grid can number");
        foreach (var source in sources.All)
        {
            var support = ((IlgpuDevice)device).Holds(source);
            if (!support.IsSupported) return support;
        }

        return Support.Yes;
    }

    /// <summary>The kernels that read weights of <paramref name="type"/>.</summary>
    internal abstract GpuProductSources Sources(string name, ElementType type, bool isTransposed);

    /// <inheritdoc/>
    internal sealed override IEnumerable<GpuKernelSource> GpuSources(MatMulDeclaration declaration, GpuLowering wanted) => wanted != lowering ? [] :
        from isTransposed in new[] { false, true }
        from type in Storages
        from source in Sources(declaration.Name, type, isTransposed).All
        select source;

    /// <summary>The kernels of a direction.</summary>
    /// <param name="name">The declaration's.</param>
    /// <param name="type">Storage of the weights.</param>
    /// <param name="isTransposed">Whether they are used transposed.</param>
    /// <param name="tile">The kernel for many rows.</param>
    /// <param name="streams">Kernels that as many rows at a time stream through, fewest first, and their <see cref="GpuKernelSource.Groups"/>.</param>
    private protected GpuProductSources Sources(
        string name, ElementType type, bool isTransposed, Delegate tile, params (int Rows, Delegate Method, int? Groups)[] streams)
    {
        var (division, direction) = isTransposed ? (transposed, ", transposed") : (shape, "");
        return new(
            division,
            [
                .. streams.Select(stream => (stream.Rows, new GpuKernelSource(
                    $"{name}: {stream.Rows switch { 1 => "one row", 4 => "four rows", _ => "eight rows" }}{direction}, {type}",
                    stream.Method, division.StreamThreads, division.StreamSharedBytes, Groups: stream.Groups))),
            ],
            new GpuKernelSource($"{name}: tile{direction}, {type}", tile, division.TileThreads, division.TileSharedBytes, Groups: division.TileGroups));
    }

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
