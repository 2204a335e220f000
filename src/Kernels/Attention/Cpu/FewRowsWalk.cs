namespace Kernels;

/// <summary>
/// The walk of a few rows over keys where they lie: ranges, short as they may be, are put together into chunks, and while a chunk is visited
/// the keys that follow it are fetched.
/// </summary>
internal unsafe struct FewRowsWalk
{
    private const int ChunkKeys = CpuAttentionProgram.FewRowsChunk;

    private readonly CpuAttentionProgram _program;
    private readonly AttentionTile _tile;
    private readonly HeadRows _key, _value;
    private readonly int _channels;
    private readonly bool _causal;
    private readonly KeySlice* _slices;
    private readonly float* _widened;
    private int _count, _keys;
    private long _visited;

    /// <param name="program">The arithmetic.</param>
    /// <param name="tile">The rows; their state goes on.</param>
    /// <param name="key">Keys of the head.</param>
    /// <param name="value">Values of the head.</param>
    /// <param name="channels">Channels of the head.</param>
    /// <param name="causal">Whether rows see keys up to their own position only; ranges must then ascend.</param>
    /// <param name="memory">Room for <see cref="Floats"/>.</param>
    public FewRowsWalk(CpuAttentionProgram program, in AttentionTile tile, in HeadRows key, in HeadRows value, int channels, bool causal, float* memory)
    {
        (_program, _tile, _key, _value, _channels, _causal) = (program, tile, key, value, channels, causal);
        _slices = (KeySlice*)memory;
        _widened = memory + SliceFloats;
    }

    // A chunk has at most as many slices as keys; one more says what follows.
    private static long SliceFloats => (ChunkKeys + 1) * (long)sizeof(KeySlice) / sizeof(float);

    /// <summary>Floats a walk works in: slices, and keys and values that are not fp32.</summary>
    public static long Floats(int stride) => SliceFloats + ChunkKeys * 2L * stride;

    /// <summary>Visits keys [first, first + count), now or with those that follow.</summary>
    public void Add(int first, int count, bool partial)
    {
        while (count > 0)
        {
            if (_keys == ChunkKeys) Visit(first);
            var length = Math.Min(Math.Min(count, ChunkKeys - _keys), Math.Min(_key.EvenlySpaced(first), _value.EvenlySpaced(first)));
            ref var slice = ref _slices[_count++];
            (slice.First, slice.Count, slice.Partial) = (first, length, partial);
            var stride = _program.RowStride;
            var place = _widened + (long)_keys * stride;
            slice.Keys = _key.Rows(first, length, _channels, place, stride, out slice.KeyStride);
            slice.Values = _value.Rows(first, length, _channels, place + ChunkKeys * (long)stride, stride, out slice.ValueStride);
            (_keys, first, count) = (_keys + length, first + length, count - length);
        }
    }

    /// <summary>Visits what is left; returns the pairs that the whole walk visited.</summary>
    public long Finish()
    {
        if (_keys > 0) Visit(_slices[_count - 1].First);
        return _visited;
    }

    private void Visit(int next)
    {
        _slices[_count] = _slices[_count - 1] with { Count = int.MaxValue };
        if (_key.Type == ElementType.Float32) _slices[_count].Keys = _key.Row(next, _channels, null);
        _visited += _program.VisitFew(_tile, _slices, _count, _causal);
        (_count, _keys) = (0, 0);
    }
}
