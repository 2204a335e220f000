namespace Kernels.Testing.Ptx;

/// <summary>Memory from <paramref name="Start"/> up to and without <paramref name="End"/> that kernels may touch.</summary>
internal sealed record MemoryRange(ulong Start, ulong End);
