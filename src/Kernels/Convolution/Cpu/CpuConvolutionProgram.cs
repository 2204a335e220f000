using System.ComponentModel;

namespace Kernels;

/// <summary>A convolution on the processor for one vector width; generated code supplies the loops over stored groups.</summary>
/// <param name="vectorBits">Width of the vectors.</param>
/// <param name="tileRows">Outputs of the register tile.</param>
/// <param name="tileVectors">Most vectors of pixels of the register tile.</param>
/// <param name="dense">The tiles of weights that are all kept.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class CpuConvolutionProgram(int vectorBits, int tileRows, int tileVectors, CpuDenseTiles dense) : ConvolutionProgram
{
    /// <summary>Pixels of a vector.</summary>
    public int Lanes => vectorBits / 32;

    /// <summary>Outputs of the register tile.</summary>
    public int TileRows { get; } = tileRows;

    /// <summary>Most vectors of pixels of the register tile.</summary>
    public int TileVectors { get; } = tileVectors;

    /// <summary>The tiles of weights that are all kept.</summary>
    public CpuDenseTiles Dense { get; } = dense;

    /// <inheritdoc/>
    public sealed override bool Targets(Device device) => device is CpuDevice cpu && cpu.VectorBits == vectorBits;

    /// <inheritdoc/>
    public sealed override Support Supports(Device device, ConvolutionDeclaration declaration, in ConvolutionShape shape) => Support.Yes;

    /// <inheritdoc/>
    public sealed override ConvolutionWeights Pack(Device device, ConvolutionDeclaration declaration, BlockMatrix source, ReadOnlySpan<float> bias)
    {
        var vectorBytes = Lanes * sizeof(float);
        if ((long)source.Columns * vectorBytes > int.MaxValue)
            throw new KernelException(
                declaration.Name, device.Name, $"{source}", $"at most {int.MaxValue / vectorBytes} columns can be indexed", "Split the inputs.");
        if (source.Blocks.Length == (long)source.Rows / source.BlockRows * source.Columns) return new CpuDenseWeights((CpuDevice)device, source, bias, Dense);
        return new CpuConvolutionWeights((CpuDevice)device, source, bias, TileRows, vectorBytes);
    }

    /// <inheritdoc/>
    public sealed override ConvolutionPlan Plan(Device device, ConvolutionDeclaration declaration, in ConvolutionShape shape) =>
        new CpuConvolutionPlan((CpuDevice)device, declaration, shape, this);

    /// <summary>Computes a strip of pixels of some outputs.</summary>
    /// <typeparam name="TRows">How the rows of pixels lie.</typeparam>
    /// <param name="vectors">Vectors of pixels of the strip's tiles, 1 to <see cref="TileVectors"/>.</param>
    /// <param name="strip">The strip.</param>
    public abstract void Run<TRows>(int vectors, PixelStrip* strip)
        where TRows : struct, IPixelRows;
}
