namespace Kernels;

/// <summary>
/// A strided view of a device buffer with up to four dimensions; the last dimension is contiguous. A view owns nothing.
/// </summary>
/// <remarks>Attention tensors are [batch, tokens, heads, channels]; activations of products are [rows, channels].</remarks>
public readonly struct Tensor
{
    private readonly int _d0, _d1, _d2, _d3;
    private readonly long _s0, _s1, _s2;

    private Tensor(
        DeviceBuffer buffer, ElementType type, long offset, int rank, int d0, int d1, int d2, int d3, long s0, long s1, long s2)
    {
        Buffer = buffer;
        Type = type;
        Offset = offset;
        Rank = rank;
        (_d0, _d1, _d2, _d3) = (d0, d1, d2, d3);
        (_s0, _s1, _s2) = (s0, s1, s2);
        CheckBounds();
    }

    /// <summary>The buffer that holds the elements.</summary>
    public DeviceBuffer Buffer { get; }

    /// <summary>How the elements are stored.</summary>
    public ElementType Type { get; }

    /// <summary>First element of the view, counted in elements from the start of the buffer.</summary>
    public long Offset { get; }

    /// <summary>Number of dimensions, 2 or 4.</summary>
    public int Rank { get; }

    /// <summary>Length of dimension <paramref name="axis"/>.</summary>
    public int this[int axis] => (axis, Rank) switch
    {
        (0, 4) => _d0,
        (1, 4) => _d1,
        (2, 4) or (0, 2) => _d2,
        (3, 4) or (1, 2) => _d3,
        _ => throw new ArgumentOutOfRangeException(nameof(axis), axis, $"A tensor of rank {Rank} has no such axis."),
    };

    /// <summary>Elements between neighbours along <paramref name="axis"/>.</summary>
    public long Stride(int axis) => (axis, Rank) switch
    {
        (0, 4) => _s0,
        (1, 4) => _s1,
        (2, 4) or (0, 2) => _s2,
        (3, 4) or (1, 2) => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(axis), axis, $"A tensor of rank {Rank} has no such axis."),
    };

    /// <summary>A [rows, columns] view; <paramref name="rowStride"/> defaults to <paramref name="columns"/>.</summary>
    /// <exception cref="ArgumentException">The view reaches outside the buffer.</exception>
    public static Tensor Matrix(
        DeviceBuffer buffer, ElementType type, int rows, int columns, long offset = 0, long rowStride = 0) =>
        new(buffer, type, offset, 2, 1, 1, rows, columns, 0, 0, rowStride == 0 ? columns : rowStride);

    /// <summary>A [batch, tokens, heads, channels] view; strides default to dense row-major order.</summary>
    /// <exception cref="ArgumentException">The view reaches outside the buffer.</exception>
    public static Tensor Heads(
        DeviceBuffer buffer, ElementType type, int batch, int tokens, int heads, int channels,
        long offset = 0, long batchStride = 0, long tokenStride = 0, long headStride = 0)
    {
        if (headStride == 0) headStride = channels;
        if (tokenStride == 0) tokenStride = headStride * heads;
        if (batchStride == 0) batchStride = tokenStride * tokens;
        return new(buffer, type, offset, 4, batch, tokens, heads, channels, batchStride, tokenStride, headStride);
    }

    /// <inheritdoc/>
    public override string ToString() => Rank == 4
        ? $"{Type}[{_d0}, {_d1}, {_d2}, {_d3}] on {Buffer.Device.Name}"
        : $"{Type}[{_d2}, {_d3}] on {Buffer.Device.Name}";

    private void CheckBounds()
    {
        ArgumentNullException.ThrowIfNull(Buffer);
        if (_d0 < 0 || _d1 < 0 || _d2 < 0 || _d3 < 0 || _s0 < 0 || _s1 < 0 || _s2 < 0 || Offset < 0)
            throw new ArgumentException($"Negative length, stride or offset: {this}, offset {Offset}.");
        if ((long)_d0 * _d1 * _d2 * _d3 == 0) return;
        var last = checked(Offset + (_d0 - 1) * _s0 + (_d1 - 1) * _s1 + (_d2 - 1) * _s2 + (_d3 - 1));
        var available = Buffer.ByteLength / Type.Size();
        if (last >= available)
            throw new ArgumentException($"{this} reaches element {last}, but its buffer holds {available} elements.");
    }
}
