namespace Kernels.Training.Baseline;

/// <summary>The n-gram's loss on the validation split.</summary>
/// <param name="Order">Bytes of context.</param>
/// <param name="Discounts">Tuned discount of each order.</param>
/// <param name="ValidationNats">Mean loss per byte.</param>
/// <param name="DocumentNats">Mean loss per byte on the shipped document.</param>
internal sealed record BaselineResult(int Order, double[] Discounts, double ValidationNats, double DocumentNats);
