using System.ComponentModel;

namespace Kernels;

/// <summary>A pointwise product on the processor for one vector width; generated code supplies the loop over stored groups.</summary>
/// <param name="vectorBits">Width of the vectors.</param>
/// <param name="tileVectors">Most vectors of pixels of the register tile.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class CpuPointwiseProgram(int vectorBits, int tileVectors)
{
    /// <summary>Pixels of a vector.</summary>
    public int Lanes => vectorBits / 32;

    /// <summary>Most vectors of pixels of the register tile.</summary>
    public int TileVectors { get; } = tileVectors;

    /// <summary>Whether this lowering is meant for <paramref name="device"/>.</summary>
    public bool Targets(Device device) => device is CpuDevice cpu && cpu.VectorBits == vectorBits;

    /// <summary>Computes some vectors of pixels of the outputs in blocks [first, end).</summary>
    /// <param name="vectors">1 to <see cref="TileVectors"/>.</param>
    /// <param name="x">First pixel of the first input channel.</param>
    /// <param name="inputStride">Floats between input channels.</param>
    /// <param name="offsets">Where the groups of each block of outputs begin.</param>
    /// <param name="first">First block of outputs.</param>
    /// <param name="end">Block after the last.</param>
    /// <param name="columns">Input channel of each group.</param>
    /// <param name="values">Values of each group.</param>
    /// <param name="y">First pixel of the first output channel.</param>
    /// <param name="outputStride">Floats between output channels.</param>
    public abstract void Run(
        int vectors, float* x, long inputStride, int* offsets, int first, int end, int* columns, float* values, float* y, long outputStride);
}
