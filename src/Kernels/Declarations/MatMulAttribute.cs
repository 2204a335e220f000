namespace Kernels;

/// <summary>Base of the attributes that declare a <see cref="MatMulKernel"/>: Y = epilogue(X·Wᵀ + bias + operand).</summary>
public abstract class MatMulAttribute : KernelAttribute
{
    /// <summary>
    /// Name of a static method of the same class, applied to every output; none by default. <c>float (float x)</c> receives the sum with what
    /// was added to it; <c>float (float x, float operand)</c> receives the sum with its bias, and beside it an element of the operand, which it may
    /// multiply by (a gate) or add later (a residual connection past an activation).
    /// </summary>
    public string? Epilogue { get; set; }
}
