namespace Kernels.Scheduling;

/// <summary>How a product takes a weight.</summary>
/// <param name="Kernel">The kernel that reads it.</param>
/// <param name="Type">Storage of its values on the device.</param>
/// <param name="AsStored">Whether it comes with the mask and the integers it is stored with, rather than as a dense matrix of numbers.</param>
public readonly record struct WeightUse(MatMulKernel Kernel, ElementType Type, bool AsStored = false);
