namespace Kernels;

/// <summary>The largest product a plan must hold; a run may have fewer rows.</summary>
/// <remarks>Transposed, the same packed weights lead from outputs back to inputs: Y = epilogue(X·W), X [rows, outputs], Y [rows, inputs].</remarks>
/// <param name="Rows">Most activation rows (tokens) of one run.</param>
/// <param name="Inputs">Columns of the activations and of the weights.</param>
/// <param name="Outputs">Rows of the weights, columns of the result.</param>
/// <param name="WeightType">Storage of the weight values.</param>
/// <param name="InputType">Storage of the activations.</param>
/// <param name="OutputType">Storage of the result.</param>
/// <param name="Transposed">Whether the weights are used transposed.</param>
public readonly record struct MatMulShape(
    int Rows, int Inputs, int Outputs, ElementType WeightType = ElementType.Float32,
    ElementType InputType = ElementType.Float32, ElementType OutputType = ElementType.Float32, bool Transposed = false)
{
    /// <summary>Columns of the activations.</summary>
    internal int InputColumns => Transposed ? Outputs : Inputs;

    /// <summary>Columns of the result.</summary>
    internal int OutputColumns => Transposed ? Inputs : Outputs;
}
