namespace Kernels;

/// <summary>
/// The keys and values of one sequence that a selection keeps, copied out of its cache, with room for the tokens that follow. Each key head has a
/// stretch of its own, as long as what it keeps.
/// </summary>
/// <remarks>
/// A causal token after those of the cache sees all of it, so an <see cref="IndexedAttentionAttribute"/> kernel without causality attends to it: run it on
/// <see cref="Keys"/>, <see cref="Values"/> and <see cref="Index"/>. Keys stay as they were, rotated by their old positions.
/// </remarks>
public sealed class CompactedCache : IDisposable
{
    private const string Name = nameof(CompactedCache);

    private readonly DeviceBuffer _keys, _values;
    private readonly GrowingIndex _index;
    private readonly int _heads, _headDim;
    private readonly ElementType _type;

    /// <summary>Copies what <paramref name="kept"/> lists.</summary>
    /// <param name="key">[1, keys, key heads, head dim].</param>
    /// <param name="value">The same shape and storage.</param>
    /// <param name="kept">Lists of one sequence for every key head; their last row group counts.</param>
    /// <param name="room">Tokens that may be appended, at least 0.</param>
    /// <exception cref="KernelException">The tensors or the lists do not belong together.</exception>
    public CompactedCache(Tensor key, Tensor value, AttentionIndex kept, int room)
    {
        ArgumentNullException.ThrowIfNull(kept);
        if (key.Rank != 4 || key[0] != 1) throw Refuse(key, $"keys {key}", "one sequence is compacted at a time", "Pass [1, keys, key heads, head dim].");
        for (var axis = 0; axis < 4; axis++)
            if (value.Rank != 4 || value[axis] != key[axis] || value.Type != key.Type)
                throw Refuse(key, $"values {value}", $"keys are {key}", "Pass keys and values of one shape and storage.");
        if (kept.Batch != 1 || kept.Heads != key[2]) throw Refuse(key, $"lists of {kept.Batch} sequences and {kept.Heads} heads", $"there is one sequence of {key[2]} key heads", "Select for this cache.");
        if (kept.Keys > key[1]) throw Refuse(key, $"lists of {kept.Keys} keys", $"there are {key[1]}", "Select for this cache.");
        if (room < 0) throw Refuse(key, $"room for {room} tokens", "it must be at least 0", "Count the tokens that will follow.");

        (_heads, _headDim, _type) = (key[2], key[3], key.Type);
        var group = kept.FirstGroup + kept.Groups - 1;
        var sizes = Enumerable.Range(0, _heads).Select(head => KeyList.Count(kept.Ranges(0, head, group), kept.Columns(0, head, group))).ToArray();
        _index = new GrowingIndex(sizes, room);
        var bytes = (long)_index.Keys * _headDim * _type.Size();
        _keys = key.Buffer.Device.Allocate(bytes);
        _values = key.Buffer.Device.Allocate(bytes);
        for (var head = 0; head < _heads; head++)
        {
            var row = _index.Start(head);
            foreach (var range in kept.Ranges(0, head, group)) Copy(range.Start, range.Length);
            foreach (var column in kept.Columns(0, head, group)) Copy(column, 1);

            void Copy(int first, int count)
            {
                this.Copy(Head(key, first, count, head), _keys, row);
                this.Copy(Head(value, first, count, head), _values, row);
                row += count;
            }
        }
    }

    /// <summary>Tokens appended.</summary>
    public int Appended => _index.Grown;

    /// <summary>Bytes held.</summary>
    public long ByteLength => _keys.ByteLength + _values.ByteLength + _index.ByteLength;

    /// <summary>[1, rows, 1, head dim]: the stretches of all heads.</summary>
    public Tensor Keys => Rows(_keys, 0, _index.Keys);

    /// <summary>[1, rows, 1, head dim].</summary>
    public Tensor Values => Rows(_values, 0, _index.Keys);

    /// <summary>The rows each key head holds; it grows with the cache.</summary>
    public AttentionIndex Index => _index;

    /// <summary>Appends a token to every head.</summary>
    /// <param name="key">[1, 1, key heads, head dim], in any floating storage.</param>
    /// <param name="value">The same shape.</param>
    /// <exception cref="KernelException">The tensors do not fit, or there is no room left; nothing was written.</exception>
    public void Append(Tensor key, Tensor value)
    {
        foreach (var (what, tensor) in (ReadOnlySpan<(string, Tensor)>)[("key", key), ("value", value)])
            if (tensor.Rank != 4 || tensor[0] != 1 || tensor[1] != 1 || tensor[2] != _heads || tensor[3] != _headDim)
                throw Refuse(Keys, $"{what} {tensor}", $"[1, 1, {_heads}, {_headDim}] is needed", "Append one token at a time.");
        if (Appended == _index.Room) throw Refuse(Keys, "another token", $"there was room for {_index.Room}", "Ask for more room when compacting.");
        for (var head = 0; head < _heads; head++)
        {
            Copy(Head(key, 0, 1, head), _keys, _index.End(head));
            Copy(Head(value, 0, 1, head), _values, _index.End(head));
        }

        _index.Grow();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_heads} heads of {string.Join(", ", Enumerable.Range(0, _heads).Select(head => _index.End(head) - _index.Start(head)))} keys, {ByteLength} bytes";

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _values.Dispose();
    }

    private void Copy(Tensor source, DeviceBuffer target, int row) => target.Device.Layers.Copy(source, Rows(target, row, source[1]));

    private Tensor Rows(DeviceBuffer buffer, int first, int count) => Tensor.Heads(buffer, _type, 1, count, 1, _headDim, (long)first * _headDim);

    private static Tensor Head(in Tensor tensor, int first, int count, int head) => Tensor.Heads(
        tensor.Buffer, tensor.Type, 1, count, 1, tensor[3], tensor.Offset + first * tensor.Stride(1) + head * tensor.Stride(2), 0, tensor.Stride(1), tensor[3]);

    private static KernelException Refuse(in Tensor tensor, string received, string limit, string remedy) =>
        new(Name, tensor.Buffer?.Device.Name ?? "host", received, limit, remedy);
}
