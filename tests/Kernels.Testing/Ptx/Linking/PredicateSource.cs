namespace Kernels.Testing.Ptx;

/// <summary>A predicate read by an instruction; <paramref name="Flip"/> has all bits set where it is negated.</summary>
internal readonly record struct PredicateSource(int Slot, uint Flip);
