using System.ComponentModel;

namespace Kernels;

/// <summary>One lowering of a declared kernel; generated code derives from the families below it.</summary>
/// <typeparam name="TDeclaration">What was declared.</typeparam>
/// <typeparam name="TShape">A problem.</typeparam>
/// <typeparam name="TPlan">What runs it.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class KernelProgram<TDeclaration, TShape, TPlan>
{
    /// <summary>Whether this lowering is meant for <paramref name="device"/>.</summary>
    public abstract bool Targets(Device device);

    /// <summary>Whether the lowering can hold <paramref name="shape"/> on <paramref name="device"/>, beyond the common rules.</summary>
    public abstract Support Supports(Device device, TDeclaration declaration, in TShape shape);

    /// <summary>Sizes workspaces and returns a plan; the common rules have been checked.</summary>
    public abstract TPlan Plan(Device device, TDeclaration declaration, in TShape shape);

    /// <summary>The ILGPU kernels that plans of <paramref name="declaration"/> may launch, for all storage types, if this program is of <paramref name="lowering"/>.</summary>
    internal virtual IEnumerable<GpuKernelSource> GpuSources(TDeclaration declaration, GpuLowering lowering) => [];
}
