namespace Kernels;

/// <summary>Base of the attributes that declare a <see cref="MatMulKernel"/>: Y = epilogue(X·Wᵀ).</summary>
public abstract class MatMulAttribute : KernelAttribute
{
    /// <summary>Name of a static method of the same class, <c>float (float x)</c>, applied to every output; none by default.</summary>
    public string? Epilogue { get; set; }
}
