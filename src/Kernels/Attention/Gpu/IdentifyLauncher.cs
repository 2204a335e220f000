using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Launches an identification kernel; the grid is (tiles of candidates, row groups, pairs).</summary>
internal delegate void IdentifyLauncher<TKey>(
    AcceleratorStream stream, KernelConfig grid, ArrayView<float> pooled, ArrayView<float> thresholds, ArrayView<TKey> key,
    ArrayView<int> pages, ArrayView<KeyRange> candidates, ArrayView<byte> marks, SelectArguments arguments)
    where TKey : unmanaged;
