using System.ComponentModel;

namespace Kernels;

/// <summary>Neighbouring tiles of pixels through some blocks of outputs: what generated code computes in one call.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct PixelStrip
{
    /// <summary>First pixel of the first tile in row 0.</summary>
    public byte* Pixels;

    /// <summary>Bytes from tile to tile.</summary>
    public long TileBytes;

    /// <summary>Vectors from row to row of <see cref="ImageRows"/>.</summary>
    public long Pitch;

    /// <summary>Tiles.</summary>
    public int Tiles;

    /// <summary>First block of outputs.</summary>
    public int First;

    /// <summary>Block after the last.</summary>
    public int End;

    /// <summary>Register tiles that share the groups of a block.</summary>
    public int TilesOfBlock;

    /// <summary>Where the groups of each block of outputs begin.</summary>
    public int* Offsets;

    /// <summary>Bytes to the row of each group if rows were one vector wide; eight more than there are groups.</summary>
    public int* Rows;

    /// <summary>Values of each group.</summary>
    public float* Values;

    /// <summary>Bias of each output.</summary>
    public float* Bias;

    /// <summary>First pixel of output 0's residual, or null.</summary>
    public float* Residual;

    /// <summary>Floats between the residual's channels.</summary>
    public long ResidualStride;

    /// <summary>First pixel of output 0.</summary>
    public float* Output;

    /// <summary>Floats between output channels.</summary>
    public long OutputStride;

    /// <summary>First pixel of input 0 in the strip that the same worker will compute next: its cache lines are fetched in between.</summary>
    public float* Next;

    /// <summary>Floats between input channels.</summary>
    public long NextStride;

    /// <summary>Inputs to fetch during each tile of outputs, in units of 2⁻¹⁶.</summary>
    public long NextShare;
}
