using System.ComponentModel;

namespace Kernels;

/// <summary>A convolution on the processor for one vector width; generated code supplies the loops over stored groups.</summary>
/// <param name="vectorBits">Width of the vectors.</param>
/// <param name="tileRows">Outputs of the register tile.</param>
/// <param name="tileVectors">Most vectors of pixels of the register tile.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class CpuConvolutionProgram(int vectorBits, int tileRows, int tileVectors)
{
    /// <summary>Pixels of a vector.</summary>
    public int Lanes => vectorBits / 32;

    /// <summary>Outputs of the register tile.</summary>
    public int TileRows { get; } = tileRows;

    /// <summary>Most vectors of pixels of the register tile.</summary>
    public int TileVectors { get; } = tileVectors;

    /// <summary>Bytes of a row of a panel: the pixels of the widest tile, whatever the tile.</summary>
    public int PitchBytes => TileVectors * Lanes * sizeof(float);

    /// <summary>Whether this lowering is meant for <paramref name="device"/>.</summary>
    public bool Targets(Device device) => device is CpuDevice cpu && cpu.VectorBits == vectorBits;

    /// <summary>Computes a strip of pixels of some outputs.</summary>
    /// <param name="vectors">Vectors of pixels of the strip's tiles, 1 to <see cref="TileVectors"/>.</param>
    /// <param name="strip">The strip.</param>
    public abstract void Run(int vectors, PixelStrip* strip);
}
