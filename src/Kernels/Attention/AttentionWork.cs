namespace Kernels;

/// <summary>How many (query, key) pairs a run visited.</summary>
/// <param name="Visited">Pairs whose score entered a softmax, summed over batch and query heads.</param>
/// <param name="Dense">Pairs dense attention would have visited (causality respected).</param>
public readonly record struct AttentionWork(long Visited, long Dense)
{
    /// <summary>Visited share of the dense work, 0 to 1; 1 where there was no work.</summary>
    public double Density => Dense == 0 ? 1 : (double)Visited / Dense;
}
