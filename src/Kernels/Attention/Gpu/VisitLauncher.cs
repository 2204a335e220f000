using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Launches a visit kernel; the grid is (tiles, pairs, splits).</summary>
internal delegate void VisitLauncher<TQuery, TKey>(
    AcceleratorStream stream, KernelConfig grid, ArrayView<TQuery> query, ArrayView<TKey> key, ArrayView<TKey> value, ArrayView<int> pages,
    ArrayView<TQuery> output, ArrayView<float> logSumExp, ArrayView<float> state, ArrayView<int> bounds, ArrayView<KeyRange> ranges, ArrayView<int> listed,
    ArrayView<long> visited, VisitArguments arguments)
    where TQuery : unmanaged where TKey : unmanaged;
