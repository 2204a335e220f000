using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>The layers on the processor, spread over the device's workers.</summary>
/// <remarks>
/// Written on 512-bit vectors, which the runtime splits where the machine has narrower ones: rows are computed alone and in
/// one order, so neither vector width nor thread count changes a bit.
/// </remarks>
internal sealed unsafe class CpuLayers : LayerKernels
{
    /// <summary>Elements a task should touch for waking a worker to pay.</summary>
    private const int TaskElements = 16384;

    private const int Lanes = 16;

    private readonly CpuDevice _cpu;
    private readonly ParallelAction _rmsNorm, _rotate, _swiGlu, _add, _meanOfRows, _gather, _copy;
    private Rows _source, _other, _target;
    private float _epsilon;
    private int _firstPosition, _rowsPerTask, _channels;
    private long _rows;

    public CpuLayers(CpuDevice device) : base(device)
    {
        _cpu = device;
        _rmsNorm = new ParallelAction(NormRows);
        _rotate = new ParallelAction(RotateRows);
        _swiGlu = new ParallelAction(SwiGluRows);
        _add = new ParallelAction(AddRows);
        _meanOfRows = new ParallelAction(MeanRows);
        _gather = new ParallelAction(GatherRows);
        _copy = new ParallelAction(CopyRows);
    }

    protected override void RmsNormCore(in Tensor input, in Tensor weight, float epsilon, in Tensor output)
    {
        (_source, _other, _target, _epsilon) = (new Rows(input), new Rows(weight), new Rows(output), epsilon);
        Run(_rmsNorm, _source.Count, input[3]);
    }

    protected override void RotateCore(in Tensor heads, in Tensor table, int firstPosition)
    {
        (_target, _other, _firstPosition) = (new Rows(heads), new Rows(table), firstPosition);
        Run(_rotate, _target.Count, table[1]);
    }

    protected override void SwiGluCore(in Tensor gateUp, in Tensor output)
    {
        (_source, _target) = (new Rows(gateUp), new Rows(output));
        Run(_swiGlu, output[0], output[1]);
    }

    protected override void AddCore(in Tensor left, in Tensor right, in Tensor output)
    {
        (_source, _other, _target) = (new Rows(left), new Rows(right), new Rows(output));
        Run(_add, output[0], output[1]);
    }

    protected override void MeanOfRowsCore(in Tensor input, in Tensor output)
    {
        (_source, _target) = (new Rows(input), new Rows(output));
        Run(_meanOfRows, input[0], input[1]);
    }

    protected override void GatherCore(in Tensor table, in Tensor ids, in Tensor output)
    {
        (_source, _other, _target) = (new Rows(table), new Rows(ids), new Rows(output));
        var numbers = (int*)_other.At(0);
        for (var i = 0; i < ids[1]; i++)
            if ((uint)numbers[i] >= (uint)table[0])
                throw Refuse("gather", $"id {numbers[i]} at place {i}", $"the table has rows 0 to {table[0] - 1}", "Check the tokens against the vocabulary.");
        Run(_gather, output[0], output[1]);
    }

    protected override void CopyCore(in Tensor source, in Tensor destination)
    {
        (_source, _target) = (new Rows(source), new Rows(destination));
        Run(_copy, _source.Count, source[3]);
    }

    private void Run(ParallelAction action, long rows, int channels)
    {
        _rows = rows;
        _channels = channels;
        _rowsPerTask = Math.Max(1, TaskElements / channels);
        _cpu.Workers.Run((int)((rows + _rowsPerTask - 1) / _rowsPerTask), action);
    }

    private (long First, long End) Range(int task) => (task * (long)_rowsPerTask, Math.Min(_rows, (task + 1L) * _rowsPerTask));

    private void NormRows(int task, int worker)
    {
        var weight = (float*)_other.At(0);
        var whole = _channels & -Lanes;
        var (row, end) = Range(task);
        for (; row < end; row++)
        {
            float* source = (float*)_source.At(row), target = (float*)_target.At(row);
            var sums = Vector512<float>.Zero;
            for (var c = 0; c < whole; c += Lanes)
            {
                var x = Vector512.Load(source + c);
                sums = Vector512.FusedMultiplyAdd(x, x, sums);
            }

            var sum = Vector512.Sum(sums);
            for (var c = whole; c < _channels; c++) sum += source[c] * source[c];
            var factor = 1 / MathF.Sqrt(sum / _channels + _epsilon);
            for (var c = 0; c < whole; c += Lanes)
                Vector512.Store(Vector512.Load(source + c) * Vector512.Create(factor) * Vector512.Load(weight + c), target + c);
            for (var c = whole; c < _channels; c++) target[c] = source[c] * factor * weight[c];
        }
    }

    private void RotateRows(int task, int worker)
    {
        var half = _channels / 2;
        var whole = half & -Lanes;
        var (row, end) = Range(task);
        for (; row < end; row++)
        {
            var low = (float*)_target.At(row);
            var high = low + half;
            var cos = (float*)_other.At(_firstPosition + _target.Token(row));
            var sin = cos + half;
            for (var c = 0; c < whole; c += Lanes)
            {
                var (x, y) = (Vector512.Load(low + c), Vector512.Load(high + c));
                var (cosine, sine) = (Vector512.Load(cos + c), Vector512.Load(sin + c));
                Vector512.Store(x * cosine - y * sine, low + c);
                Vector512.Store(y * cosine + x * sine, high + c);
            }

            for (var c = whole; c < half; c++)
                (low[c], high[c]) = (low[c] * cos[c] - high[c] * sin[c], high[c] * cos[c] + low[c] * sin[c]);
        }
    }

    private void SwiGluRows(int task, int worker)
    {
        var whole = _channels & -Lanes;
        var (row, end) = Range(task);
        for (; row < end; row++)
        {
            var gate = (float*)_source.At(row);
            var up = gate + _channels;
            var target = (float*)_target.At(row);
            for (var c = 0; c < whole; c += Lanes)
            {
                var x = Vector512.Load(gate + c);
                Vector512.Store(x / (Vector512<float>.One + Vector512.Exp(-x)) * Vector512.Load(up + c), target + c);
            }

            for (var c = whole; c < _channels; c++) target[c] = gate[c] / (1 + MathF.Exp(-gate[c])) * up[c];
        }
    }

    private void AddRows(int task, int worker)
    {
        var whole = _channels & -Lanes;
        var (row, end) = Range(task);
        for (; row < end; row++)
        {
            float* left = (float*)_source.At(row), right = (float*)_other.At(row), target = (float*)_target.At(row);
            for (var c = 0; c < whole; c += Lanes) Vector512.Store(Vector512.Load(left + c) + Vector512.Load(right + c), target + c);
            for (var c = whole; c < _channels; c++) target[c] = left[c] + right[c];
        }
    }

    private void MeanRows(int task, int worker)
    {
        var target = (float*)_target.At(0);
        var whole = _channels & -Lanes;
        var (row, end) = Range(task);
        for (; row < end; row++)
        {
            var source = (float*)_source.At(row);
            var sums = Vector512<float>.Zero;
            for (var c = 0; c < whole; c += Lanes) sums += Vector512.Load(source + c);
            var sum = Vector512.Sum(sums);
            for (var c = whole; c < _channels; c++) sum += source[c];
            target[row] = sum / _channels;
        }
    }

    private void GatherRows(int task, int worker)
    {
        var ids = (int*)_other.At(0);
        var (row, end) = Range(task);
        for (; row < end; row++) Convert(_source, ids[row], _target, row);
    }

    private void CopyRows(int task, int worker)
    {
        var (row, end) = Range(task);
        for (; row < end; row++) Convert(_source, row, _target, row);
    }

    private void Convert(in Rows source, long sourceRow, in Rows target, long targetRow)
    {
        byte* from = source.At(sourceRow), to = target.At(targetRow);
        if (source.Type == target.Type)
            Buffer.MemoryCopy(from, to, (long)_channels * source.Type.Size(), (long)_channels * source.Type.Size());
        else if (target.Type == ElementType.Float32) Widening.Widen((ushort*)from, source.Type, _channels, (float*)to);
        else if (source.Type == ElementType.Float32) Widening.Store((float*)from, _channels, to, target.Type, 0);
        else
        {
            for (var c = 0; c < _channels; c++)
            {
                float value;
                Widening.Widen((ushort*)from + c, source.Type, 1, &value);
                Widening.Store(&value, 1, to, target.Type, c);
            }
        }
    }

    /// <summary>The rows (last dimension) of a tensor, numbered in row-major order.</summary>
    private readonly struct Rows
    {
        private readonly byte* _data;
        private readonly int _tokens, _heads, _size;
        private readonly long _batchStride, _tokenStride, _headStride;

        public Rows(in Tensor tensor)
        {
            Type = tensor.Type;
            _size = Type.Size();
            _data = ((CpuBuffer)tensor.Buffer).Pointer + tensor.Offset * _size;
            if (tensor.Rank == 4)
            {
                (_tokens, _heads) = (tensor[1], tensor[2]);
                (_batchStride, _tokenStride, _headStride) = (tensor.Stride(0) * _size, tensor.Stride(1) * _size, tensor.Stride(2) * _size);
                Count = (long)tensor[0] * _tokens * _heads;
            }
            else
            {
                (_tokens, _heads, _tokenStride, Count) = (tensor[0], 1, tensor.Stride(0) * _size, tensor[0]);
            }
        }

        public ElementType Type { get; }

        public long Count { get; }

        public int Token(long row) => (int)(row / _heads % _tokens);

        public byte* At(long row)
        {
            if (_heads == 1 && row < _tokens) return _data + row * _tokenStride;
            var token = row / _heads;
            return _data + token / _tokens * _batchStride + token % _tokens * _tokenStride + row % _heads * _headStride;
        }
    }
}
