using System.ComponentModel;

namespace Kernels;

/// <summary>
/// A product on the processor for one vector width. Generated code supplies the two loops over packed panels;
/// packing, blocking and threads are shared.
/// </summary>
/// <param name="vectorBits">Width of the vectors.</param>
/// <param name="tileRows">Activation rows of the tiles there are, widest first.</param>
/// <param name="panelWidth">Outputs of a tile and of a weight panel: two vectors.</param>
/// <param name="blockInputs">Inputs that a tile contracts at a time, a multiple of a run.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class CpuMatMulProgram(int vectorBits, int[] tileRows, int panelWidth, int blockInputs) : CpuProductProgram(vectorBits)
{
    /// <summary>Most activation rows <see cref="Stream"/> takes.</summary>
    public const int StreamRows = 4;

    /// <summary>Activation rows of the widest tile.</summary>
    public int TileRows => tileRows[0];

    /// <summary>Outputs of a weight panel.</summary>
    public int PanelWidth { get; } = panelWidth;

    /// <summary>
    /// Whether a panel's block of inputs stays in L1 while tiles of rows pass it, rather than a tile's while panels pass:
    /// the wider operand stays, so that the narrower streams from L2.
    /// </summary>
    public bool PanelStays => PanelWidth > TileRows;

    /// <summary>Inputs that a tile contracts at a time.</summary>
    public int BlockInputs { get; } = blockInputs;

    /// <summary>Cuts rows into the tiles there are.</summary>
    internal TileCut Cut(int rows) => new(rows, tileRows);

    /// <inheritdoc/>
    public sealed override PackedWeights Pack(Device device, MatMulDeclaration declaration, HostMatrix source, ElementType type)
    {
        var scaleInputs = !type.IsScaled() ? 0 : source.ScaleColumns == 0 ? PanelLayout.UsualScaleInputs : source.ScaleColumns;
        var layout = new PanelLayout(declaration.Kept, declaration.Of, type, PanelWidth, source.Columns, scaleInputs);
        if (scaleInputs % layout.RunInputs != 0 && scaleInputs < source.Columns)
            throw new KernelException(
                declaration.Name, device.Name, $"a scale for every {scaleInputs} inputs", $"scales belong to multiples of {layout.RunInputs} inputs or to all {source.Columns}",
                "Quantise in other groups, or pack as Float32.");
        return Filled(new CpuPackedWeights((CpuDevice)device, declaration, layout, source.Rows), source);
    }

    /// <inheritdoc/>
    public sealed override MatMulPlan Plan(Device device, MatMulDeclaration declaration, in MatMulShape shape) => shape.Transposed
        ? new CpuTransposedPanelPlan((CpuDevice)device, declaration, shape, this)
        : new CpuMatMulPlan((CpuDevice)device, declaration, shape, this);

    /// <summary>Where things lie in weights of a shape, but for their scales, which are the weights' own.</summary>
    internal PanelLayout LayoutOf(MatMulDeclaration declaration, in MatMulShape shape) =>
        new(declaration.Kept, declaration.Of, shape.WeightType, PanelWidth, shape.Inputs);

    /// <summary>The weights, if they lie as a plan reads them.</summary>
    /// <exception cref="KernelException">They do not.</exception>
    internal static CpuPackedWeights Require(PackedWeights weights, in PanelLayout layout, MatMulDeclaration declaration) =>
        weights is CpuPackedWeights packed && packed.Layout with { ScaleInputs = 0 } == layout
            ? packed
            : throw new KernelException(
                declaration.Name, weights.Device.Name, $"weights packed as {(weights as CpuPackedWeights)?.Layout.ToString() ?? weights.GetType().Name}",
                $"the plan reads {layout}", "Pack the weights with this kernel for this device.");

    /// <summary>Adds <paramref name="steps"/> steps to one tile, <paramref name="rows"/> × <see cref="PanelWidth"/>.</summary>
    /// <param name="type">Storage of the weights, not of integers.</param>
    /// <param name="rows">Activation rows of the tile, one of those there are.</param>
    /// <param name="activations">Packed activations at the first step, [inputs][rows].</param>
    /// <param name="weights">A packed panel at the first step.</param>
    /// <param name="steps">Steps to add.</param>
    /// <param name="partial">The tile's accumulators between blocks of steps, in an order of the program's own.</param>
    /// <param name="resume">Whether to start from <paramref name="partial"/> rather than from zero.</param>
    /// <param name="output">Where the finished tile goes; null while steps remain.</param>
    /// <param name="stride">Floats between rows of <paramref name="output"/>.</param>
    public abstract void Tile(
        ElementType type, int rows, float* activations, byte* weights, int steps, float* partial, bool resume, float* output, long stride);

    /// <summary>Adds what some outputs of a panel, used transposed, give to the sums of the inputs of <paramref name="steps"/> steps.</summary>
    /// <param name="x">[outputs][<see cref="CpuProductProgram.Lanes"/>]: a vector of activation rows for each output.</param>
    /// <param name="outputs">Outputs, at most <see cref="PanelWidth"/>.</param>
    /// <param name="weights">A packed panel of fp32 at the first step.</param>
    /// <param name="steps">Steps, from the beginning of a run.</param>
    /// <param name="sums">[inputs][<see cref="CpuProductProgram.Lanes"/>].</param>
    public abstract void Scatter(float* x, int outputs, byte* weights, int steps, float* sums);

    /// <summary>Multiplies a few unpacked rows by neighbouring panels, over all steps.</summary>
    /// <param name="type">Storage of the weights.</param>
    /// <param name="activations">First row.</param>
    /// <param name="activationStride">Floats between rows.</param>
    /// <param name="rows">1 to <see cref="StreamRows"/>.</param>
    /// <param name="weights">First panel.</param>
    /// <param name="panelBytes">Bytes from panel to panel.</param>
    /// <param name="panels">How many panels.</param>
    /// <param name="steps">Steps of the contraction.</param>
    /// <param name="scaleSteps">Steps that share a scale, where the storage has scales; else no fewer than there are.</param>
    /// <param name="output">Receives rows of panels × <see cref="PanelWidth"/> values.</param>
    /// <param name="stride">Floats between rows of <paramref name="output"/>.</param>
    public abstract void Stream(
        ElementType type, float* activations, long activationStride, int rows, byte* weights, long panelBytes, int panels, int steps,
        int scaleSteps, float* output, long stride);

    /// <summary>Stores a tile of [<see cref="PanelWidth"/>][rows] values as rows of outputs.</summary>
    protected void StoreTransposed(float* tile, int rows, float* output, long stride) =>
        Transposition.Transpose(tile, rows, PanelWidth, rows, output, stride);
}
