namespace Kernels.Generators.Specs;

/// <summary>A user method to be inlined.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters in order.</param>
/// <param name="Result">What it returns.</param>
/// <param name="Body">Its body as one expression.</param>
internal sealed record UserMethodSpec(string Name, EquatableArray<ParameterExpression> Parameters, ValueKind Result, Expression Body)
{
    /// <summary>Whether a method that receives a sum also receives an element of an operand.</summary>
    public bool TakesOperand => Parameters.Count == 2;
}
