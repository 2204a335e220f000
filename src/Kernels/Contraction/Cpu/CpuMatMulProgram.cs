using System.ComponentModel;

namespace Kernels;

/// <summary>
/// A product on the processor for one vector width. Generated code supplies the two loops over packed panels;
/// packing, blocking and threads are shared.
/// </summary>
/// <param name="vectorBits">Width of the vectors.</param>
/// <param name="tileRows">Activation rows of the register tile.</param>
/// <param name="panelWidth">Outputs of the register tile and of a weight panel: two vectors.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class CpuMatMulProgram(int vectorBits, int tileRows, int panelWidth) : MatMulProgram
{
    /// <summary>Most activation rows <see cref="Stream"/> takes.</summary>
    public const int StreamRows = 4;

    /// <summary>Activation rows of the register tile.</summary>
    public int TileRows { get; } = tileRows;

    /// <summary>Outputs of a weight panel.</summary>
    public int PanelWidth { get; } = panelWidth;

    /// <inheritdoc/>
    public sealed override bool Targets(Device device) => device is CpuDevice cpu && cpu.VectorBits == vectorBits;

    /// <inheritdoc/>
    public sealed override Support Supports(Device device, MatMulDeclaration declaration, in MatMulShape shape) => Support.Yes;

    /// <inheritdoc/>
    public sealed override PackedWeights Pack(Device device, MatMulDeclaration declaration, HostMatrix source, ElementType type)
    {
        var weights = new CpuPackedWeights(
            (CpuDevice)device, declaration, new PanelLayout(declaration.Format, type, PanelWidth, source.Columns), source.Rows);
        try
        {
            weights.Repack(source);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public sealed override MatMulPlan Plan(Device device, MatMulDeclaration declaration, in MatMulShape shape) =>
        new CpuMatMulPlan((CpuDevice)device, declaration, shape, this);

    /// <summary>Adds <paramref name="steps"/> steps to one tile, <see cref="TileRows"/> × <see cref="PanelWidth"/>.</summary>
    /// <param name="type">Storage of the weights.</param>
    /// <param name="activations">Packed activations at the first step.</param>
    /// <param name="weights">A packed panel at the first step.</param>
    /// <param name="steps">Steps to add.</param>
    /// <param name="partial">The tile's accumulators between blocks of steps, row-major.</param>
    /// <param name="resume">Whether to start from <paramref name="partial"/> rather than from zero.</param>
    /// <param name="output">Where the finished tile goes; null while steps remain.</param>
    /// <param name="stride">Floats between rows of <paramref name="output"/>.</param>
    public abstract void Tile(
        ElementType type, float* activations, byte* weights, int steps, float* partial, bool resume, float* output, long stride);

    /// <summary>Multiplies a few unpacked rows by neighbouring panels, over all steps.</summary>
    /// <param name="type">Storage of the weights.</param>
    /// <param name="activations">First row.</param>
    /// <param name="activationStride">Floats between rows.</param>
    /// <param name="rows">1 to <see cref="StreamRows"/>.</param>
    /// <param name="weights">First panel.</param>
    /// <param name="panelBytes">Bytes from panel to panel.</param>
    /// <param name="panels">How many panels.</param>
    /// <param name="steps">Steps of the contraction.</param>
    /// <param name="output">Receives rows of panels × <see cref="PanelWidth"/> values.</param>
    /// <param name="stride">Floats between rows of <paramref name="output"/>.</param>
    public abstract void Stream(
        ElementType type, float* activations, long activationStride, int rows, byte* weights, long panelBytes, int panels, int steps,
        float* output, long stride);
}
