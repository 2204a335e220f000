using ILGPU;

namespace Kernels;

/// <summary>
/// The layers as ILGPU kernels, the same for every lowering. A grid is (rows, blocks of columns), the norm's is (rows); sums
/// are taken in an order that depends on the number of channels alone.
/// </summary>
internal static class LayerSources
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 64;

    /// <summary>Norm of rows.</summary>
    public static GpuKernelSource RmsNorm { get; } = new("rms norm", NormRows, Threads, Threads * sizeof(float));

    /// <summary>Rotation of rows in place.</summary>
    public static GpuKernelSource Rotate { get; } = new("rotary embedding", RotateRows, Threads, 0);

    /// <summary>Gated activation.</summary>
    public static GpuKernelSource SwiGlu { get; } = new("swiglu", GateRows, Threads, 0);

    /// <summary>Sum of rows.</summary>
    public static GpuKernelSource Add { get; } = new("add", AddRows, Threads, 0);

    /// <summary>Means of rows.</summary>
    public static GpuKernelSource MeanOfRows { get; } = new("mean of rows", MeanRows, Threads, Threads * sizeof(float));

    /// <summary>Every kernel, for all storage types.</summary>
    public static IEnumerable<GpuKernelSource> All =>
    [
        RmsNorm, Rotate, SwiGlu, Add, MeanOfRows,
        Gather<GpuFloat32>(), Gather<GpuBFloat16>(), Gather<GpuFloat16>(),
        Copy<GpuFloat32, GpuFloat32>(), Copy<GpuFloat32, GpuBFloat16>(), Copy<GpuFloat32, GpuFloat16>(),
        Copy<GpuBFloat16, GpuFloat32>(), Copy<GpuBFloat16, GpuBFloat16>(), Copy<GpuBFloat16, GpuFloat16>(),
        Copy<GpuFloat16, GpuFloat32>(), Copy<GpuFloat16, GpuBFloat16>(), Copy<GpuFloat16, GpuFloat16>(),
    ];

    /// <summary>Rows of a table by number.</summary>
    public static GpuKernelSource Gather<T>() where T : unmanaged, IGpuElement<T> => new($"gather of {typeof(T).Name}", GatherRows<T>, Threads, 0);

    /// <summary>Rows in another storage.</summary>
    public static GpuKernelSource Copy<TSource, TTarget>()
        where TSource : unmanaged, IGpuElement<TSource> where TTarget : unmanaged, IGpuElement<TTarget> =>
        new($"copy of {typeof(TSource).Name} to {typeof(TTarget).Name}", CopyRows<TSource, TTarget>, Threads, 0);

    private static int Column => Grid.IdxY * Threads + Group.IdxX;

    private static void NormRows(
        ArrayView<float> input, ArrayView<float> weight, ArrayView<float> output, TensorRows inputs, TensorRows weights, TensorRows outputs,
        int channels, float epsilon)
    {
        var partial = SharedMemory.Allocate<float>(Threads);
        var (from, gain, to) = (inputs.At(Grid.IdxX), weights.At(0), outputs.At(Grid.IdxX));
        var squares = 0f;
        for (var c = Group.IdxX; c < channels; c += Threads) squares += input[from + c] * input[from + c];
        partial[Group.IdxX] = squares;
        Group.Barrier();
        var sum = 0f;
        for (var i = 0; i < Threads; i++) sum += partial[i];
        var factor = 1 / MathF.Sqrt(sum / channels + epsilon);
        for (var c = Group.IdxX; c < channels; c += Threads) output[to + c] = input[from + c] * factor * weight[gain + c];
    }

    private static void RotateRows(ArrayView<float> heads, ArrayView<float> table, TensorRows rows, TensorRows positions, int firstPosition, int half)
    {
        var c = Column;
        if (c >= half) return;
        var low = rows.At(Grid.IdxX) + c;
        var cos = positions.At(firstPosition + rows.Token(Grid.IdxX)) + c;
        var (x, y) = (heads[low], heads[low + half]);
        var (cosine, sine) = (table[cos], table[cos + half]);
        heads[low] = x * cosine - y * sine;
        heads[low + half] = y * cosine + x * sine;
    }

    private static void GateRows(ArrayView<float> gateUp, ArrayView<float> output, TensorRows inputs, TensorRows outputs, int channels)
    {
        var c = Column;
        if (c >= channels) return;
        var from = inputs.At(Grid.IdxX) + c;
        var gate = gateUp[from];
        output[outputs.At(Grid.IdxX) + c] = gate / (1 + MathF.Exp(-gate)) * gateUp[from + channels];
    }

    private static void AddRows(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, TensorRows lefts, TensorRows rights, TensorRows outputs, int channels)
    {
        var c = Column;
        if (c < channels) output[outputs.At(Grid.IdxX) + c] = left[lefts.At(Grid.IdxX) + c] + right[rights.At(Grid.IdxX) + c];
    }

    private static void MeanRows(ArrayView<float> input, ArrayView<float> output, TensorRows inputs, TensorRows outputs, int columns)
    {
        var partial = SharedMemory.Allocate<float>(Threads);
        var from = inputs.At(Grid.IdxX);
        var share = 0f;
        for (var c = Group.IdxX; c < columns; c += Threads) share += input[from + c];
        partial[Group.IdxX] = share;
        Group.Barrier();
        if (Group.IdxX != 0) return;
        var sum = 0f;
        for (var i = 0; i < Threads; i++) sum += partial[i];
        output[outputs.At(0) + Grid.IdxX] = sum / columns;
    }

    // An id outside the table, which the host cannot see, gives a row of NaN rather than a read outside the table.
    private static void GatherRows<T>(
        ArrayView<T> table, ArrayView<int> ids, ArrayView<float> output, TensorRows entries, TensorRows numbers, TensorRows outputs, int count, int channels)
        where T : unmanaged, IGpuElement<T>
    {
        var c = Column;
        if (c >= channels) return;
        var id = ids[numbers.At(0) + Grid.IdxX];
        var value = float.NaN;
        if (id >= 0 && id < count) value = T.ToFloat(table[entries.At(id) + c]);
        output[outputs.At(Grid.IdxX) + c] = value;
    }

    private static void CopyRows<TSource, TTarget>(
        ArrayView<TSource> source, ArrayView<TTarget> target, TensorRows sources, TensorRows targets, int channels)
        where TSource : unmanaged, IGpuElement<TSource> where TTarget : unmanaged, IGpuElement<TTarget>
    {
        var c = Column;
        if (c < channels) target[targets.At(Grid.IdxX) + c] = TTarget.FromFloat(TSource.ToFloat(source[sources.At(Grid.IdxX) + c]));
    }
}
