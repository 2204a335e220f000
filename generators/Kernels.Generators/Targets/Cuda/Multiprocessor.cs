namespace Kernels.Generators.Targets.Cuda;

/// <summary>
/// What groups of threads share, on the smallest multiprocessor of compute capability 8.0 to 9.0 (CUDA C++ Programming Guide, technical
/// specifications per compute capability).
/// </summary>
internal static class Multiprocessor
{
    /// <summary>Registers of a thread at most, rounded up to what is handed out.</summary>
    public const int MostRegisters = 256;

    private const int Registers = 64 * 1024, SharedBytes = 100 * 1024, ReservedSharedBytes = 1024;

    /// <summary>Groups held at once, at least one.</summary>
    /// <param name="threads">Threads of a group.</param>
    /// <param name="registers">Registers of a thread.</param>
    /// <param name="sharedBytes">Shared memory of a group.</param>
    public static int Groups(int threads, int registers, int sharedBytes) =>
        Math.Max(1, Math.Min(Registers / (threads * registers), SharedBytes / (sharedBytes + ReservedSharedBytes)));
}
