namespace Kernels.Testing.Ptx;

/// <summary>A predicate that a comparison's outcome is combined with.</summary>
internal sealed record PredicateCombination(PredicateSource Source, Func<uint, uint, uint> Combine);
