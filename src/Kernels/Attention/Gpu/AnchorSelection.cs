using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// The selection of AnchorAttention: queries and maxima are pooled, candidate keys near an anchor are marked for each group of
/// rows, and the marks become ascending key lists.
/// </summary>
internal sealed class AnchorSelection<TQuery, TKey> : IDisposable
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly IlgpuDevice _device;
    private readonly KeyRange[] _candidates;
    private readonly GpuTileShape _tile;
    private readonly QueryPooling.Launcher<TQuery> _pool;
    private readonly IdentifyLauncher<TKey> _identify;
    private readonly KeyCompaction.Launcher _compact;
    private readonly IlgpuBuffer[] _buffers;

    /// <summary>Compiles the kernels and reserves room.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="name">Name of the declaration.</param>
    /// <param name="program">The generated kernels.</param>
    /// <param name="candidates">Candidate keys of each row group, counted from position 0.</param>
    /// <param name="sizes">The largest launch.</param>
    /// <param name="paged">Whether keys lie in pages.</param>
    public AnchorSelection(IlgpuDevice device, string name, GpuAnchorAttentionProgram program, KeyRange[] candidates, in Sizes sizes, bool paged)
    {
        (_device, _candidates, _tile) = (device, candidates, program.Few);
        _pool = device.Load<QueryPooling.Launcher<TQuery>>(QueryPooling.Source<TQuery>(name));
        _identify = device.Load<IdentifyLauncher<TKey>>(program.Identify<TKey>(name, paged));
        _compact = device.Load<KeyCompaction.Launcher>(KeyCompaction.Source(name));
        var lists = (long)sizes.Pairs * sizes.Groups;
        var lengths = new[]
        {
            candidates.Length * (long)Marshal.SizeOf<KeyRange>(), (long)sizes.Pairs * sizes.Pools * sizes.HeadDim * sizeof(float),
            (long)sizes.Pairs * sizes.Pools * sizeof(float), lists * sizes.Keys, lists * sizes.Keys * sizeof(int),
        };
        _buffers = new IlgpuBuffer[lengths.Length];
        try
        {
            for (var i = 0; i < lengths.Length; i++) _buffers[i] = new IlgpuBuffer(device, lengths[i]);
            Lists = RangeLists.OneRangeEach(device, checked((int)lists));
        }
        catch
        {
            Dispose();
            throw;
        }

        _buffers[0].CopyFrom(MemoryMarshal.AsBytes(candidates.AsSpan()));
    }

    /// <summary>The entries of <see cref="Listed"/> that each (pair, row group) selected.</summary>
    public RangeLists Lists { get; } = null!;

    /// <summary>Selected keys, int32 [pair, row group, <see cref="SelectArguments.ListStride"/>].</summary>
    public IlgpuBuffer Listed => _buffers[4];

    /// <summary>Bytes held.</summary>
    public long ByteLength => _buffers.Sum(buffer => buffer.ByteLength) + Lists.ByteLength;

    /// <summary>Most candidates of a row group of the run.</summary>
    public int Candidates(int firstGroup, int groups)
    {
        var most = 0;
        for (var group = firstGroup; group < firstGroup + groups; group++)
            most = Math.Max(most, _candidates[group].End - _candidates[group].Start);
        return most;
    }

    /// <summary>Selects keys for <paramref name="pairs"/> pairs from the states their rows have after visiting the anchors.</summary>
    public void Launch(int pairs, ArrayView<TQuery> query, in KeyMemory<TKey> key, IlgpuBuffer state, SelectArguments arguments)
    {
        var (candidates, pooled, thresholds, marks) =
            (_buffers[0].View<KeyRange>(), _buffers[1].View<float>(), _buffers[2].View<float>(), _buffers[3].View<byte>());
        var most = Candidates(arguments.FirstGroup, arguments.Groups);
        _pool(
            _device.Stream, new KernelConfig(new Index3D(arguments.Pools, pairs, 1), new Index3D(QueryPooling.Threads, 1, 1)),
            query, state.View<float>(), pooled, thresholds, arguments);
        _identify(
            _device.Stream,
            new KernelConfig(new Index3D((most + _tile.Keys - 1) / _tile.Keys, arguments.Groups, pairs), new Index3D(_tile.Threads, 1, 1)),
            pooled, thresholds, key.Rows, key.Pages, candidates, marks, arguments);
        _compact(
            _device.Stream, new KernelConfig(new Index3D(arguments.Groups, pairs, 1), new Index3D(KeyCompaction.Threads, 1, 1)),
            marks, candidates, Listed.View<int>(), Lists.Ranges.View<KeyRange>(), arguments);
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer?.Dispose();
        Lists?.Dispose();
    }

    /// <summary>The largest launch.</summary>
    /// <param name="Pairs">Pairs of (sequence, query head).</param>
    /// <param name="Groups">Row groups.</param>
    /// <param name="Pools">Pools of rows.</param>
    /// <param name="Keys">Keys, the most a list can hold.</param>
    /// <param name="HeadDim">Channels.</param>
    public readonly record struct Sizes(int Pairs, int Groups, int Pools, int Keys, int HeadDim)
    {
        /// <summary>Bytes for each pair, about.</summary>
        public long BytesPerPair => Groups * (long)Keys * (1 + sizeof(int)) + Pools * (HeadDim + 1L) * sizeof(float);
    }
}
