using System.ComponentModel;

namespace Kernels;

/// <summary>What a generated tile kernel needs of a device.</summary>
/// <param name="Rows">Query rows of a tile.</param>
/// <param name="Keys">Keys of a tile.</param>
/// <param name="Threads">Threads of a group.</param>
/// <param name="SharedBytes">Shared memory of a group.</param>
/// <param name="Groups">Groups that a multiprocessor of an NVIDIA GPU holds at once.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct GpuTileShape(int Rows, int Keys, int Threads, int SharedBytes, int Groups);
