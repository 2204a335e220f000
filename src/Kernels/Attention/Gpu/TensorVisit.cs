using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Launches visits on tensor cores, which copy rows by address and asynchronously.</summary>
internal sealed class TensorVisit<TQuery, TKey> where TQuery : unmanaged where TKey : unmanaged
{
    private readonly Launcher _launch;
    private readonly Index3D _threads;
    private readonly SharedMemoryConfig _shared;

    private TensorVisit(Launcher launch, GpuKernelSource source)
    {
        _launch = launch;
        _threads = new Index3D(source.Threads, 1, 1);
        _shared = SharedMemoryConfig.RequestDynamic<byte>(source.SharedBytes);
    }

    public delegate void Launcher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TQuery> queries, ArrayView<TKey> keys, ArrayView<TKey> values,
        ulong query, ulong key, ulong value, ArrayView<int> pages, ArrayView<TQuery> output, ArrayView<float> logSumExp, ArrayView<float> state,
        ArrayView<int> bounds, ArrayView<KeyRange> ranges, ArrayView<int> listed, ArrayView<long> visited, VisitArguments arguments);

    /// <summary>The launcher of <paramref name="source"/>; rows of queries, keys and values must be aligned.</summary>
    public static VisitLauncher<TQuery, TKey> Load(IlgpuDevice device, GpuKernelSource source) =>
        new TensorVisit<TQuery, TKey>(device.Load<Launcher>(source), source).Launch;

    private void Launch(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TQuery> query, ArrayView<TKey> key, ArrayView<TKey> value, ArrayView<int> pages,
        ArrayView<TQuery> output, ArrayView<float> logSumExp, ArrayView<float> state, ArrayView<int> bounds, ArrayView<KeyRange> ranges, ArrayView<int> listed,
        ArrayView<long> visited, VisitArguments arguments) =>
        _launch(
            stream, new KernelConfig(grid.GridDim, _threads, _shared), query, key, value, Address(query), Address(key), Address(value), pages,
            output, logSumExp, state, bounds, ranges, listed, visited, arguments);

    private static ulong Address<T>(ArrayView<T> view) where T : unmanaged => (ulong)view.LoadEffectiveAddressAsPtr();
}
