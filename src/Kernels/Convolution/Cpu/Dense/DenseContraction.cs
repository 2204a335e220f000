namespace Kernels;

/// <summary>A convolution that keeps every weight, planned for one shape.</summary>
/// <remarks>Every output is summed by one tile in ascending order: results depend neither on the threads nor on how rows are cut.</remarks>
internal abstract class DenseContraction : IDisposable
{
    /// <summary>Bytes held between runs, but for the source's.</summary>
    public abstract long WorkspaceBytes { get; }

    /// <summary>Chooses the operand that fills vectors as the weights did.</summary>
    public static DenseContraction Plan(CpuDevice device, CpuDenseTiles tiles, PanelSource source, int outputs, int pixels) =>
        CpuDenseTiles.AreOutputsWide(outputs, source.Rows)
            ? new PixelTiles(device, tiles, source, outputs, pixels)
            : new PixelPanels(device, tiles, source, outputs, pixels);

    /// <summary>Computes all outputs; the source has begun.</summary>
    public abstract void Run(in DenseRun run);

    /// <inheritdoc/>
    public abstract void Dispose();
}
