using System.ComponentModel;

namespace Kernels;

/// <summary>The division of a product among the threads of a GPU, as generated kernels were printed for it.</summary>
/// <param name="TileRows">Activation rows of a tile.</param>
/// <param name="TileOutputs">Outputs of a tile.</param>
/// <param name="TileThreads">Threads of a tile.</param>
/// <param name="TileSharedBytes">Shared memory of a tile.</param>
/// <param name="TileGroups">Groups that work on tiles and that a multiprocessor of an NVIDIA GPU holds at once.</param>
/// <param name="StreamOutputs">Outputs of a group of threads that a few rows stream through.</param>
/// <param name="StreamThreads">Threads of such a group.</param>
/// <param name="StreamSharedBytes">Shared memory of such a group.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct GpuProductShape(
    int TileRows, int TileOutputs, int TileThreads, int TileSharedBytes, int TileGroups, int StreamOutputs, int StreamThreads, int StreamSharedBytes);
