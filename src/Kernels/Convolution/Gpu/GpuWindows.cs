using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>The threads of a kernel that moves windows over images, as it was printed for them: some pixels each, of one group of channels.</summary>
/// <param name="Threads">Threads of a group.</param>
/// <param name="Pixels">Output pixels of a thread.</param>
internal readonly record struct GpuWindows(int Threads, int Pixels)
{
    // The second dimension of a grid; CUDA limits it to 16 bits.
    private const int MostGroups = 65_535;

    /// <summary>Whether a device numbers as many groups of channels and holds the kernel, and if not, why.</summary>
    public static Support Fit(Device device, GpuKernelSource source, int groups) => groups > MostGroups
        ? Support.No($"{groups} groups of channels are more than the {MostGroups} a grid can number")
        : ((IlgpuDevice)device).Holds(source);

    /// <summary>The grid over an output: (blocks of pixels, groups of channels).</summary>
    public KernelConfig Grid(int outputPixels, int groups) =>
        new(new Index2D((int)((outputPixels + (long)Threads * Pixels - 1) / (Threads * Pixels)), groups), new Index2D(Threads, 1));
}
