namespace Kernels.Testing.Ptx;

/// <summary>What <c>bar.red</c> computes from how many threads brought true and how many there are.</summary>
internal sealed record BarrierReduction(int Destination, bool IsPredicate, PredicateSource Source, Func<int, int, uint> Combine);
