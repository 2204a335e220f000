namespace Kernels;

/// <summary>Declares a product with a dense weight matrix.</summary>
public sealed class DenseMatMulAttribute : MatMulAttribute;
