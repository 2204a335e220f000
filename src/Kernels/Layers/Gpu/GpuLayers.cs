using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>The layers on an ILGPU device. A kernel is compiled when it is first called for.</summary>
internal sealed class GpuLayers(IlgpuDevice device) : LayerKernels(device)
{
    private const int Storages = 3;

    // The second dimension of a grid; CUDA limits it to 16 bits.
    private const int MostColumnBlocks = 65_535;

    private readonly CopyAction?[] _copies = new CopyAction?[Storages * Storages];
    private readonly GatherAction?[] _gathers = new GatherAction?[Storages];
    private NormLauncher? _norm;
    private RotateLauncher? _rotate;
    private GateLauncher? _gate;
    private AddLauncher? _add;
    private MeanLauncher? _mean;

    private delegate void NormLauncher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> input, ArrayView<float> weight, ArrayView<float> output,
        TensorRows inputs, TensorRows weights, TensorRows outputs, int channels, float epsilon);

    private delegate void RotateLauncher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> heads, ArrayView<float> table, TensorRows rows, TensorRows positions,
        int firstPosition, int half);

    private delegate void GateLauncher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> gateUp, ArrayView<float> output, TensorRows inputs, TensorRows outputs, int channels);

    private delegate void AddLauncher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> left, ArrayView<float> right, ArrayView<float> output,
        TensorRows lefts, TensorRows rights, TensorRows outputs, int channels);

    private delegate void MeanLauncher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> input, ArrayView<float> output, TensorRows inputs, TensorRows outputs, int columns);

    private delegate void GatherLauncher<T>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<T> table, ArrayView<int> ids, ArrayView<float> output,
        TensorRows entries, TensorRows numbers, TensorRows outputs, int count, int channels) where T : unmanaged;

    private delegate void CopyLauncher<TSource, TTarget>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TSource> source, ArrayView<TTarget> target, TensorRows sources, TensorRows targets, int channels)
        where TSource : unmanaged where TTarget : unmanaged;

    private delegate void GatherAction(KernelConfig grid, in Tensor table, in Tensor ids, in Tensor output);

    private delegate void CopyAction(KernelConfig grid, in Tensor source, in Tensor target);

    protected override void RmsNormCore(in Tensor input, in Tensor weight, float epsilon, in Tensor output)
    {
        _norm ??= device.Load<NormLauncher>(LayerSources.RmsNorm);
        using var access = device.Enter();
        _norm(
            device.Stream, new KernelConfig(new Index2D(Rows("rms norm", input), 1), new Index2D(LayerSources.Threads, 1)),
            Floats(input), Floats(weight), Floats(output), new TensorRows(input), new TensorRows(weight), new TensorRows(output), input[3], epsilon);
    }

    protected override void RotateCore(in Tensor heads, in Tensor table, int firstPosition)
    {
        _rotate ??= device.Load<RotateLauncher>(LayerSources.Rotate);
        var half = table[1] / 2;
        using var access = device.Enter();
        _rotate(
            device.Stream, Cover("rotary embedding", heads, half), Floats(heads), Floats(table), new TensorRows(heads), new TensorRows(table),
            firstPosition, half);
    }

    protected override void SwiGluCore(in Tensor gateUp, in Tensor output)
    {
        _gate ??= device.Load<GateLauncher>(LayerSources.SwiGlu);
        using var access = device.Enter();
        _gate(
            device.Stream, Cover("swiglu", output, output[1]), Floats(gateUp), Floats(output), new TensorRows(gateUp), new TensorRows(output), output[1]);
    }

    protected override void AddCore(in Tensor left, in Tensor right, in Tensor output)
    {
        _add ??= device.Load<AddLauncher>(LayerSources.Add);
        using var access = device.Enter();
        _add(
            device.Stream, Cover("add", output, output[1]), Floats(left), Floats(right), Floats(output), new TensorRows(left), new TensorRows(right),
            new TensorRows(output), output[1]);
    }

    protected override void MeanOfRowsCore(in Tensor input, in Tensor output)
    {
        _mean ??= device.Load<MeanLauncher>(LayerSources.MeanOfRows);
        using var access = device.Enter();
        _mean(
            device.Stream, new KernelConfig(new Index2D(Rows("mean of rows", input), 1), new Index2D(LayerSources.Threads, 1)),
            Floats(input), Floats(output), new TensorRows(input), new TensorRows(output), input[1]);
    }

    protected override void GatherCore(in Tensor table, in Tensor ids, in Tensor output)
    {
        var launch = _gathers[(int)table.Type] ??= table.Type switch
        {
            ElementType.Float32 => BindGather<GpuFloat32>(),
            ElementType.BFloat16 => BindGather<GpuBFloat16>(),
            _ => BindGather<GpuFloat16>(),
        };
        using var access = device.Enter();
        launch(Cover("gather", output, output[1]), table, ids, output);
    }

    protected override void CopyCore(in Tensor source, in Tensor destination)
    {
        var launch = _copies[Storages * (int)source.Type + (int)destination.Type] ??= source.Type switch
        {
            ElementType.Float32 => BindCopy<GpuFloat32>(destination.Type),
            ElementType.BFloat16 => BindCopy<GpuBFloat16>(destination.Type),
            _ => BindCopy<GpuFloat16>(destination.Type),
        };
        using var access = device.Enter();
        launch(Cover("copy", source, source[3]), source, destination);
    }

    private GatherAction BindGather<T>() where T : unmanaged, IGpuElement<T>
    {
        var launcher = device.Load<GatherLauncher<T>>(LayerSources.Gather<T>());
        return (KernelConfig grid, in Tensor table, in Tensor ids, in Tensor output) => launcher(
            device.Stream, grid, View<T>(table), View<int>(ids), Floats(output), new TensorRows(table), new TensorRows(ids), new TensorRows(output),
            table[0], table[1]);
    }

    private CopyAction BindCopy<TSource>(ElementType target) where TSource : unmanaged, IGpuElement<TSource> => target switch
    {
        ElementType.Float32 => BindCopy<TSource, GpuFloat32>(),
        ElementType.BFloat16 => BindCopy<TSource, GpuBFloat16>(),
        _ => BindCopy<TSource, GpuFloat16>(),
    };

    private CopyAction BindCopy<TSource, TTarget>()
        where TSource : unmanaged, IGpuElement<TSource> where TTarget : unmanaged, IGpuElement<TTarget>
    {
        var launcher = device.Load<CopyLauncher<TSource, TTarget>>(LayerSources.Copy<TSource, TTarget>());
        return (KernelConfig grid, in Tensor source, in Tensor target) => launcher(
            device.Stream, grid, View<TSource>(source), View<TTarget>(target), new TensorRows(source), new TensorRows(target), source[3]);
    }

    private static ArrayView<float> Floats(in Tensor tensor) => View<float>(tensor);

    private static ArrayView<T> View<T>(in Tensor tensor) where T : unmanaged => ((IlgpuBuffer)tensor.Buffer).View<T>();

    /// <summary>One thread for each of the first columns of every row.</summary>
    private KernelConfig Cover(string operation, in Tensor tensor, int columns)
    {
        var blocks = (columns + LayerSources.Threads - 1) / LayerSources.Threads;
        if (blocks > MostColumnBlocks)
            throw Refuse(operation, $"{columns} channels", $"at most {MostColumnBlocks * LayerSources.Threads} can be numbered", "Split the tensor.");
        return new KernelConfig(new Index2D(Rows(operation, tensor), blocks), new Index2D(LayerSources.Threads, 1));
    }

    private int Rows(string operation, in Tensor tensor)
    {
        var rows = tensor.Rank == 4 ? (long)tensor[0] * tensor[1] * tensor[2] : tensor[0];
        return rows <= int.MaxValue ? (int)rows : throw Refuse(operation, $"{rows} rows", $"at most {int.MaxValue} can be numbered", "Split the tensor.");
    }
}
