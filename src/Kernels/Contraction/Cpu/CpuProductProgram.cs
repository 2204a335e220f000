using System.ComponentModel;

namespace Kernels;

/// <summary>A product on the processor for one vector width, whatever the weights' format.</summary>
/// <param name="vectorBits">Width of the vectors.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class CpuProductProgram(int vectorBits) : MatMulProgram
{
    /// <summary>fp32 lanes of a vector.</summary>
    public int Lanes => vectorBits / 32;

    /// <inheritdoc/>
    public sealed override bool Targets(Device device) => device is CpuDevice cpu && cpu.VectorBits == vectorBits;

    /// <inheritdoc/>
    public sealed override Support Supports(Device device, MatMulDeclaration declaration, in MatMulShape shape) =>
        shape is { InputType: ElementType.Float32, OutputType: ElementType.Float32 }
            ? Support.Yes
            : Support.No($"products on the processor take and give Float32, not {shape.InputType} and {shape.OutputType}");

    /// <summary>Takes finished sums to outputs: adds bias and operand and applies the epilogue, to whole vectors.</summary>
    /// <param name="sums">[rows, columns].</param>
    /// <param name="sumsStride">Floats between rows of <paramref name="sums"/>.</param>
    /// <param name="output">[rows, columns].</param>
    /// <param name="outputStride">Floats between rows of <paramref name="output"/>.</param>
    /// <param name="rows">Activation rows.</param>
    /// <param name="columns">A multiple of <see cref="Lanes"/>.</param>
    /// <param name="bias">[columns], or null.</param>
    /// <param name="operand">[rows, columns]; null only where the epilogue takes none.</param>
    /// <param name="operandStride">Floats between rows of <paramref name="operand"/>; 0 for null.</param>
    public abstract void Finish(
        float* sums, long sumsStride, float* output, long outputStride, int rows, int columns, float* bias, float* operand, long operandStride);
}
