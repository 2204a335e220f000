using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Visits on tensor cores where a run's rows begin at multiples of 16 bytes, else on plain lanes.</summary>
internal sealed class TensorVisit<TQuery, TKey> where TQuery : unmanaged where TKey : unmanaged
{
    private const int LeastMajor = 8;

    // What one asynchronous copy takes.
    private const int ChunkElements = 8;

    private readonly VisitLauncher<TQuery, TKey> _lanes;
    private readonly Launcher _tensor;
    private readonly Index3D _threads;
    private readonly SharedMemoryConfig _shared;

    private TensorVisit(VisitLauncher<TQuery, TKey> lanes, Launcher tensor, GpuTileShape tile)
    {
        (_lanes, _tensor) = (lanes, tensor);
        _threads = new Index3D(tile.Threads, 1, 1);
        _shared = SharedMemoryConfig.RequestDynamic<byte>(tile.SharedBytes);
    }

    public delegate void Launcher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TQuery> queries, ArrayView<TKey> keys, ArrayView<TKey> values,
        ulong query, ulong key, ulong value, ArrayView<TQuery> output, ArrayView<float> logSumExp, ArrayView<float> state, ArrayView<int> starts, ArrayView<KeyRange> ranges, ArrayView<int> listed, ArrayView<long> visited, VisitArguments arguments);

    /// <summary>The launcher for tiles of many rows: <paramref name="lanes"/> where the device or the types have no tensor cores.</summary>
    public static VisitLauncher<TQuery, TKey> Over(VisitLauncher<TQuery, TKey> lanes, IlgpuDevice device, GpuAttentionProgram program, GpuKernelSource? source) =>
        source is null || device.ComputeCapability is not { Major: >= LeastMajor } || typeof(TQuery) != typeof(TKey)
            ? lanes
            : new TensorVisit<TQuery, TKey>(lanes, device.Load<Launcher>(source), program.Tensor).Launch;

    private void Launch(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TQuery> query, ArrayView<TKey> key, ArrayView<TKey> value, ArrayView<TQuery> output,
        ArrayView<float> logSumExp, ArrayView<float> state, ArrayView<int> starts, ArrayView<KeyRange> ranges, ArrayView<int> listed,
        ArrayView<long> visited, VisitArguments arguments)
    {
        if (IsAligned(arguments.Query) && IsAligned(arguments.Key) && IsAligned(arguments.Value))
            _tensor(
                stream, new KernelConfig(grid.GridDim, _threads, _shared), query, key, value, Address(query), Address(key), Address(value), output,
                logSumExp, state, starts, ranges, listed, visited, arguments);
        else
            _lanes(stream, grid, query, key, value, output, logSumExp, state, starts, ranges, listed, visited, arguments);
    }

    private static bool IsAligned(in HeadLayout layout) =>
        ((layout.Offset | layout.Batch | layout.Token | layout.Head) & (ChunkElements - 1)) == 0;

    private static ulong Address<T>(ArrayView<T> view) where T : unmanaged => (ulong)view.LoadEffectiveAddressAsPtr();
}
