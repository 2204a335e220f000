using System.ComponentModel;

namespace Kernels;

/// <summary>
/// A product on tensor cores: inputs and weights of one 16-bit type, sums in fp32. Generated code supplies the kernel; packing
/// and launching are shared.
/// </summary>
/// <param name="type">Storage of inputs and weights.</param>
/// <param name="tokens">Rows of a group of threads.</param>
/// <param name="threads">Threads of a group.</param>
/// <param name="sharedBytes">Shared memory of a group.</param>
/// <param name="groups">Groups that a multiprocessor holds at once.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class TensorMatMulProgram(ElementType type, int tokens, int threads, int sharedBytes, int groups) : MatMulProgram
{
    // The PTX is written for this capability: mma on bf16, mma.sp and cp.async begin with it.
    private const int LeastMajor = 8;

    // CUDA's limit on the second dimension of a grid.
    private const int MostTiles = 65535;

    /// <summary>Storage of inputs and weights.</summary>
    public ElementType Type { get; } = type;

    /// <summary>Rows of a group of threads.</summary>
    public int Tokens { get; } = tokens;

    /// <summary>Threads of a group.</summary>
    public int Threads { get; } = threads;

    /// <summary>Shared memory of a group in bytes, all of it dynamic.</summary>
    public int SharedBytes { get; } = sharedBytes;

    /// <inheritdoc/>
    public sealed override bool Targets(Device device) => device is IlgpuDevice { Lowering: GpuLowering.Cuda };

    /// <inheritdoc/>
    public sealed override Support Supports(Device device, MatMulDeclaration declaration, in MatMulShape shape)
    {
        if (shape.Transposed) return Support.No("tensor cores do not use weights transposed; Float32 inputs need none, or pack the transpose");
        var gpu = (IlgpuDevice)device;
        if (shape.InputType != Type || shape.WeightType != Type)
            return Support.No($"tensor cores multiply {Type} inputs by {Type} weights");
        if (shape.OutputType != Type && shape.OutputType != ElementType.Float32)
            return Support.No($"a product of {Type} on tensor cores gives Float32 or {Type}");
        if (gpu.ComputeCapability is not { Major: >= LeastMajor } capability)
            return Support.No(gpu.ComputeCapability is { } found
                ? $"products of {Type} need tensor cores of compute capability {LeastMajor}.0 and {gpu.Name} has {found.Major}.{found.Minor}; Float32 inputs need none"
                : $"products of {Type} need tensor cores, which {gpu.Name} lacks; Float32 inputs need none");
        if (shape.Outputs > MostTiles * TensorWeightLayout.TileOutputs)
            return Support.No($"{shape.Outputs} outputs are more than a grid holds, {MostTiles * TensorWeightLayout.TileOutputs}; split the weights");
        return gpu.Holds(Threads, SharedBytes, sharedAtLaunch: true);
    }

    /// <inheritdoc/>
    public sealed override PackedWeights Pack(Device device, MatMulDeclaration declaration, HostMatrix source, ElementType type)
    {
        return Filled(new TensorWeights(device, declaration, new TensorWeightLayout(declaration.Format, type, source.Rows, source.Columns)), source);
    }

    /// <inheritdoc/>
    public sealed override MatMulPlan Plan(Device device, MatMulDeclaration declaration, in MatMulShape shape) => shape.OutputType switch
    {
        ElementType.Float16 => new TensorMatMulPlan<GpuFloat16>((IlgpuDevice)device, declaration, shape, this),
        ElementType.BFloat16 => new TensorMatMulPlan<GpuBFloat16>((IlgpuDevice)device, declaration, shape, this),
        _ => new TensorMatMulPlan<GpuFloat32>((IlgpuDevice)device, declaration, shape, this),
    };

    /// <summary>The kernel that stores <typeparamref name="TOutput"/>.</summary>
    internal GpuKernelSource Source<TOutput>() where TOutput : unmanaged, IGpuElement<TOutput> =>
        new($"{Type} product on tensor cores to {typeof(TOutput).Name}", Kernel<TOutput>(), Threads, SharedBytes, SharedAtLaunch: true, groups);

    /// <inheritdoc/>
    internal sealed override IEnumerable<GpuKernelSource> GpuSources(MatMulDeclaration declaration, GpuLowering lowering) => lowering != GpuLowering.Cuda ? [] :
        [Source<GpuFloat32>(), Type == ElementType.Float16 ? Source<GpuFloat16>() : Source<GpuBFloat16>()];

    /// <summary>The generated kernel.</summary>
    protected abstract TensorMatMulKernel<TOutput> Kernel<TOutput>() where TOutput : unmanaged, IGpuElement<TOutput>;
}
