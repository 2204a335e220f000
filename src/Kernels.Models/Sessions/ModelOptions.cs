namespace Kernels.Models;

/// <summary>How a model is loaded.</summary>
public sealed record ModelOptions
{
    /// <summary>How projections are stored.</summary>
    public WeightMethod Weights { get; init; } = WeightMethod.Stored;
}
