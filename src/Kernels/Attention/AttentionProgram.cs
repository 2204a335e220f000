using System.ComponentModel;

namespace Kernels;

/// <summary>One lowering of a declared attention kernel; generated code derives from the families below it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class AttentionProgram
{
    /// <summary>Whether this lowering is meant for <paramref name="device"/>.</summary>
    public abstract bool Targets(Device device);

    /// <summary>Whether the lowering can hold <paramref name="shape"/> on <paramref name="device"/>, beyond the common rules.</summary>
    public abstract Support Supports(Device device, AttentionDeclaration declaration, in AttentionShape shape);

    /// <summary>Sizes workspaces and returns a plan; the common rules have been checked.</summary>
    public abstract AttentionPlan Plan(Device device, AttentionDeclaration declaration, in AttentionShape shape);

    /// <summary>The ILGPU kernels that plans of <paramref name="declaration"/> may launch, for all storage types, if this program is of <paramref name="lowering"/>.</summary>
    internal virtual IEnumerable<GpuKernelSource> GpuSources(AttentionDeclaration declaration, GpuLowering lowering) => [];
}
