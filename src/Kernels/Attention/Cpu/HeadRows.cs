using System.Runtime.CompilerServices;

namespace Kernels;

/// <summary>The rows of one head of one sequence in a tensor: one after another, or in pages.</summary>
internal readonly unsafe struct HeadRows
{
    private readonly byte* _data;
    private readonly int* _pages;
    private readonly ElementType _type;
    private readonly int _page, _first, _step;
    private readonly long _batchStride, _tokenStride, _headStride;

    /// <summary>The tensor itself; <see cref="At"/> and <see cref="Paged"/> find heads in it.</summary>
    public HeadRows(in Tensor tensor)
        : this(((CpuBuffer)tensor.Buffer).Pointer + tensor.Offset * tensor.Type.Size(), tensor.Type, tensor.Stride(1))
    {
        (_batchStride, _headStride, _page) = (tensor.Stride(0), tensor.Stride(2), tensor[1]);
    }

    /// <summary>Rows <paramref name="stride"/> elements apart.</summary>
    public HeadRows(void* data, ElementType type, long stride)
    {
        _data = (byte*)data;
        (_type, _tokenStride, _step) = (type, stride, 1);
    }

    private HeadRows(in HeadRows rows, long shift, int* pages, int first, int step)
    {
        this = rows;
        _data += shift * _type.Size();
        _pages = pages;
        (_first, _step) = (first, step);
    }

    /// <summary>Whether there is a tensor.</summary>
    public bool Exists => _data != null;

    /// <summary>How elements are stored; rows of <see cref="ElementType.Float32"/> are read in place.</summary>
    public ElementType Type => _type;

    /// <summary>The rows of <paramref name="head"/> from <paramref name="token"/> of a batch on.</summary>
    public HeadRows At(int batch, int token, int head) => new(this, batch * _batchStride + token * _tokenStride + head * _headStride, null, 0, 1);

    /// <summary>The rows of <paramref name="head"/> in the pages listed at <paramref name="pages"/>; the tensor is [pages, page, heads, channels].</summary>
    public HeadRows Paged(int* pages, int head) => new(this, head * _headStride, pages, 0, 1);

    /// <summary>Every <paramref name="step"/>th of these rows from <paramref name="first"/> on.</summary>
    public HeadRows Every(int step, int first) => new(this, 0, _pages, first, step);

    /// <summary>A row as fp32: in place, or widened into <paramref name="scratch"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Row(int token, int channels, float* scratch) => Widening.Row(_data, _type, Element(token), channels, scratch);

    /// <summary>Copies a row as fp32.</summary>
    public void CopyRow(int token, int channels, float* target)
    {
        var row = Row(token, channels, target);
        if (row != target) new ReadOnlySpan<float>(row, channels).CopyTo(new Span<float>(target, channels));
    }

    /// <summary>How many rows from <paramref name="first"/> on lie at equal distances: those of its page, or all.</summary>
    public int EvenlySpaced(int first) => _pages == null ? int.MaxValue : _page - first % _page;

    /// <summary>Consecutive rows as fp32: in place, or copied into <paramref name="scratch"/>.</summary>
    public float* Rows(int first, int count, int channels, float* scratch, int scratchStride, out long stride)
    {
        if (_type == ElementType.Float32 && (_pages == null || first % _page + count <= _page))
        {
            stride = _tokenStride;
            return (float*)_data + Element(first);
        }

        stride = scratchStride;
        for (var i = 0; i < count; i++) CopyRow(first + i, channels, scratch + (long)i * scratchStride);
        return scratch;
    }

    /// <summary>Stores a row, rounding to the tensor's storage.</summary>
    public void Store(int token, int channels, float* source) => Widening.Store(source, channels, _data, _type, Element(token));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Element(int token)
    {
        token = _first + token * _step;
        return _pages == null ? token * _tokenStride : _pages[token / _page] * _batchStride + token % _page * _tokenStride;
    }
}
