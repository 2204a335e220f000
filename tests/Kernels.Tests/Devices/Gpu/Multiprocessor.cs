using Kernels.Testing;

namespace Kernels.Tests.Devices.Gpu;

/// <summary>What a multiprocessor shares among groups (CUDA C++ Programming Guide, technical specifications per compute capability).</summary>
/// <param name="Target">Architecture of <c>ptxas</c>.</param>
/// <param name="SharedBytes">Shared memory.</param>
/// <param name="Threads">Most threads.</param>
/// <param name="Groups">Most groups.</param>
internal sealed record Multiprocessor(string Target, int SharedBytes, int Threads, int Groups)
{
    private const int Registers = 64 * 1024, WarpRegisterUnit = 256, ReservedSharedBytes = 1024, Lanes = 32;

    public static IReadOnlyList<Multiprocessor> All { get; } =
    [
        new("sm_80", 164 * 1024, 2048, 32), new("sm_86", 100 * 1024, 1536, 16), new("sm_89", 100 * 1024, 1536, 24), new("sm_90", 228 * 1024, 2048, 32),
    ];

    /// <summary>Groups of <paramref name="source"/> that run at once.</summary>
    public int Resident(GpuKernelSource source, PtxUsage usage)
    {
        var warps = source.Threads / Lanes;
        var warpRegisters = (usage.Registers * Lanes + WarpRegisterUnit - 1) / WarpRegisterUnit * WarpRegisterUnit;
        return new[] { Groups, Threads / source.Threads, Registers / warpRegisters / warps, SharedBytes / (source.SharedBytes + ReservedSharedBytes) }.Min();
    }
}
