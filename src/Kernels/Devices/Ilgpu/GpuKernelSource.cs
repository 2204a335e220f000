using System.ComponentModel;

namespace Kernels;

/// <summary>An explicitly grouped ILGPU kernel before it is compiled for a device.</summary>
/// <param name="Name">Name for errors and traces: declaration, stage and storage types.</param>
/// <param name="Method">A delegate of the static kernel method, type arguments bound.</param>
/// <param name="Threads">Threads of a group; the kernel is compiled for exactly as many.</param>
/// <param name="SharedBytes">Shared memory of a group in bytes.</param>
/// <param name="SharedAtLaunch">
/// Whether the launch asks for the shared memory, rather than the kernel declaring it; only so may it be more than 48 KB, on NVIDIA GPUs that have it.
/// </param>
/// <param name="Groups">
/// Groups that a multiprocessor of an NVIDIA GPU is to hold at once, which bounds the registers of a thread; null for as many as happen to fit.
/// </param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record GpuKernelSource(string Name, Delegate Method, int Threads, int SharedBytes, bool SharedAtLaunch = false, int? Groups = null);
