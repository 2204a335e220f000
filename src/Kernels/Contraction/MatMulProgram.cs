using System.ComponentModel;

namespace Kernels;

/// <summary>One lowering of a declared product; generated code derives from the families below it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class MatMulProgram
{
    /// <summary>Whether this lowering is meant for <paramref name="device"/>.</summary>
    public abstract bool Targets(Device device);

    /// <summary>Whether the lowering can hold <paramref name="shape"/> on <paramref name="device"/>, beyond the common rules.</summary>
    public abstract Support Supports(Device device, MatMulDeclaration declaration, in MatMulShape shape);

    /// <summary>Packs weights for this lowering, keeping their storage type or converting to <paramref name="type"/>.</summary>
    public abstract PackedWeights Pack(Device device, MatMulDeclaration declaration, HostMatrix source, ElementType type);

    /// <summary>Sizes workspaces and returns a plan; the common rules have been checked.</summary>
    public abstract MatMulPlan Plan(Device device, MatMulDeclaration declaration, in MatMulShape shape);

    /// <summary>The ILGPU kernels of this program, for all storage types, if it is of <paramref name="lowering"/>.</summary>
    internal virtual IEnumerable<GpuKernelSource> GpuSources(GpuLowering lowering) => [];

    /// <summary>New weights with <paramref name="source"/> packed into them, or disposed where it cannot be.</summary>
    private protected static PackedWeights Filled(PackedWeights weights, HostMatrix source)
    {
        try
        {
            weights.Repack(source);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }
}
