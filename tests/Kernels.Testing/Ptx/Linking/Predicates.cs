namespace Kernels.Testing.Ptx;

/// <summary>Slots of the predicates every program has.</summary>
internal static class Predicates
{
    public const int False = 0;
    public const int True = 1;

    /// <summary>Slot of the first declared predicate.</summary>
    public const int First = 2;
}
