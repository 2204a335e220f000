namespace Kernels;

/// <summary>A declared attention kernel: O = softmax(scale·Q·Kᵀ restricted to the declared pattern)·V.</summary>
/// <remarks>Obtained from a <c>static partial</c> property carrying an <see cref="AttentionAttribute"/>. Immutable and thread-safe.</remarks>
public sealed class AttentionKernel
{
    private readonly ProgramChoice<AttentionProgram, AttentionDeclaration, AttentionShape, AttentionPlan> _programs;

    /// <summary>Called by generated code.</summary>
    public AttentionKernel(AttentionDeclaration declaration, params AttentionProgram[] programs)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        Declaration = declaration;
        _programs = new(declaration.Name, declaration, [.. programs, NullAttentionProgram.Instance]);
    }

    /// <summary>What was declared.</summary>
    public AttentionDeclaration Declaration { get; }

    /// <summary>Whether <paramref name="device"/> can run this kernel on <paramref name="shape"/>, and if not, why.</summary>
    public Support Supports(Device device, in AttentionShape shape)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (shape.HeadDim != Declaration.HeadDim)
            return Support.No($"head dimension {shape.HeadDim} was asked for and the kernel was declared with HeadDim = {Declaration.HeadDim}");
        if (shape.Batch < 1 || shape.Queries < 1 || shape.Keys < 1)
            return Support.No($"batch {shape.Batch}, queries {shape.Queries} and keys {shape.Keys} must each be at least 1");
        if (shape.KeyHeads < 1 || shape.QueryHeads < 1 || shape.QueryHeads % shape.KeyHeads != 0)
            return Support.No($"{shape.QueryHeads} query heads do not divide evenly among {shape.KeyHeads} key heads");
        if (shape.Page < 0) return Support.No($"pages of {shape.Page} keys were asked for; a page holds at least 1, and 0 stands for keys one after another");
        if (!shape.QueryType.IsFloat() || !shape.KeyType.IsFloat())
            return Support.No("tensors must be stored as Float32, BFloat16 or Float16");
        return _programs.Supports(device, shape);
    }

    /// <summary>Checks once, sizes the workspace, and returns a plan that runs without allocating.</summary>
    /// <exception cref="KernelException">The device cannot run the kernel on this shape.</exception>
    public AttentionPlan Plan(Device device, in AttentionShape shape) =>
        _programs.Require(device, shape, Supports(device, shape)).Plan(device, Declaration, shape);

    /// <inheritdoc/>
    public override string ToString() => $"{Declaration.Name} ({Declaration.Pattern}, d={Declaration.HeadDim}, {Declaration.Hash})";

    /// <summary>The generated programs, in order of preference.</summary>
    internal IReadOnlyList<AttentionProgram> Programs => _programs.All;

    /// <summary>The ILGPU kernels a device of <paramref name="lowering"/> may be asked to compile, for all storage types.</summary>
    internal IEnumerable<GpuKernelSource> GpuSources(GpuLowering lowering) => _programs.GpuSources(lowering);
}
