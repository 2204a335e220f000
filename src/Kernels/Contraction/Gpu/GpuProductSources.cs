namespace Kernels;

/// <summary>The kernels of a product for one storage of weights, in one direction.</summary>
/// <param name="Shape">The division of the product among threads.</param>
/// <param name="Streams">Kernels past which blocks of a few rows stream, fewest rows first.</param>
/// <param name="Tile">The kernel for many rows.</param>
internal sealed record GpuProductSources(GpuProductShape Shape, (int Rows, GpuKernelSource Source)[] Streams, GpuKernelSource Tile)
{
    /// <summary>All of them.</summary>
    public IEnumerable<GpuKernelSource> All => Streams.Select(stream => stream.Source).Append(Tile);

    /// <summary>The stream for plans of up to <paramref name="rows"/> rows.</summary>
    public (int Rows, GpuKernelSource Source) StreamOf(int rows) => Streams.FirstOrDefault(stream => stream.Rows >= rows, Streams[^1]);
}
