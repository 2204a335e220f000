using System.ComponentModel;

namespace Kernels;

/// <summary>The register tiles of a convolution that keeps every weight, for one vector width; generated code supplies them.</summary>
/// <remarks>
/// A tile multiplies rows of single values with a panel of vectors. Either operand may be the pixels: small filters pass panels
/// of pixels, and pixels pass panels of large filters, so that the larger operand is read once.
/// </remarks>
/// <param name="tileRows">Rows of the widest tile; there is one with a row less.</param>
/// <param name="panelWidth">Columns of a panel: the vectors of a tile.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class CpuDenseTiles(int tileRows, int panelWidth)
{
    /// <summary>The stride of a start that is one value for each row.</summary>
    public const long ByRow = -1;

    /// <summary>Steps of a tile for each line that it asks for.</summary>
    public const int StepsOfFetch = 4;

    // Filters of this size stay in the second-level cache while pixels pass.
    private const long SmallFilterBytes = 256 << 10;

    /// <summary>Rows of the widest tile.</summary>
    public int TileRows { get; } = tileRows;

    /// <summary>Columns of a panel.</summary>
    public int PanelWidth { get; } = panelWidth;

    /// <summary>Computes output[r, c] = epilogue(start + Σ values[·, r] · panel[·, c]), summed in ascending order.</summary>
    /// <param name="rows">Rows of the tile: <see cref="TileRows"/> or one less.</param>
    /// <param name="values">[steps][rows].</param>
    /// <param name="panel">[steps][<see cref="PanelWidth"/>].</param>
    /// <param name="steps">Products of each output.</param>
    /// <param name="start">Where sums start: [rows, <see cref="PanelWidth"/>], or [rows].</param>
    /// <param name="startStride">Floats between rows of <paramref name="start"/>, 0 where all rows start alike, or <see cref="ByRow"/>.</param>
    /// <param name="output">First output.</param>
    /// <param name="stride">Floats between rows of <paramref name="output"/>.</param>
    /// <param name="next">A line that will be needed, asked for when the first four steps begin; it need not be mapped.</param>
    /// <param name="nextStep">Floats from it to the line that the next four steps ask for.</param>
    public abstract void Tile(
        int rows, float* values, float* panel, int steps, float* start, long startStride, float* output, long stride, float* next, long nextStep);

    /// <summary>Cuts rows into tiles.</summary>
    internal TileCut Cut(int rows) => new(rows, TileRows, TileRows - 1);

    /// <summary>Whether outputs, rather than pixels, fill the vectors: the filters are the larger operand.</summary>
    internal static bool AreOutputsWide(int outputs, int columns) => (long)outputs * columns * sizeof(float) > SmallFilterBytes;
}
