namespace Kernels;

/// <summary>Makes kernels ready to launch.</summary>
internal interface IGpuKernelLoader
{
    /// <summary>Compiles <paramref name="source"/>; any exception means that it cannot be compiled.</summary>
    TLauncher Load<TLauncher>(GpuKernelSource source) where TLauncher : Delegate;
}
