namespace Kernels;

/// <summary>The rows (last dimension) of a tensor in a kernel, numbered in row-major order; a matrix is rows of one head.</summary>
internal readonly struct TensorRows
{
    private readonly long _offset, _batchStride, _tokenStride, _headStride;
    private readonly int _tokens, _heads;

    /// <summary>The rows of <paramref name="tensor"/>.</summary>
    public TensorRows(in Tensor tensor)
    {
        _offset = tensor.Offset;
        if (tensor.Rank == 4)
        {
            (_tokens, _heads) = (tensor[1], tensor[2]);
            (_batchStride, _tokenStride, _headStride) = (tensor.Stride(0), tensor.Stride(1), tensor.Stride(2));
        }
        else
        {
            (_tokens, _heads, _tokenStride) = (tensor[0], 1, tensor.Stride(0));
        }
    }

    /// <summary>Token of row <paramref name="row"/>.</summary>
    public int Token(int row) => row / _heads % _tokens;

    /// <summary>First element of row <paramref name="row"/>.</summary>
    public long At(int row)
    {
        var token = row / _heads;
        var batch = token / _tokens;
        return _offset + batch * _batchStride + (token - batch * _tokens) * _tokenStride + (row - token * _heads) * _headStride;
    }
}
