using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>The generated tensor-core kernel of a product.</summary>
/// <remarks>Views name the memory of what kernels copy asynchronously, which takes addresses.</remarks>
/// <param name="weightMemory">Memory of the weights.</param>
/// <param name="activationMemory">Memory of the activations.</param>
/// <param name="weights">Address of the packed weights.</param>
/// <param name="activations">Address of the first row, a multiple of 16.</param>
/// <param name="activationStride">Elements from row to row, a multiple of 8.</param>
/// <param name="output">The result from its first element on.</param>
/// <param name="outputStride">Elements from row to row of the result.</param>
/// <param name="bias">[outputs]; something else where there is none.</param>
/// <param name="operand">The operand from its first element on; something else where there is none.</param>
/// <param name="operandStride">Elements from row to row of the operand.</param>
/// <param name="hasBias">1 where there is a bias.</param>
/// <param name="hasOperand">1 where there is an operand.</param>
/// <param name="rows">Rows of activations.</param>
/// <param name="inputs">Columns of activations.</param>
/// <param name="outputs">Columns of the result.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public delegate void TensorMatMulKernel<TOutput>(
    ArrayView<byte> weightMemory, ArrayView<byte> activationMemory, ulong weights, ulong activations, long activationStride,
    ArrayView<TOutput> output, long outputStride, ArrayView<float> bias, ArrayView<TOutput> operand, long operandStride, int hasBias, int hasOperand,
    int rows, int inputs, int outputs)
    where TOutput : unmanaged, IGpuElement<TOutput>;
