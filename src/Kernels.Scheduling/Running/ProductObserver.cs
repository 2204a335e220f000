namespace Kernels.Scheduling;

/// <summary>Is shown the input of a product before the product runs.</summary>
/// <param name="weight">The weight it will be multiplied with.</param>
/// <param name="input">fp32 [tokens, inputs] on the plan's device; valid, and not to be written, during the call.</param>
public delegate void ProductObserver(Weight weight, Tensor input);
