using Kernels.Testing;

namespace Kernels.Tests.Attention.Gpu;

/// <summary>The GPU program of a kernel over an index, whose plans have little room for lists.</summary>
internal sealed class ConfinedIndexProgram(AttentionKernel kernel, IndexRoom.Capacity capacity) : AttentionProgram
{
    private readonly GpuAttentionProgram _program = kernel.Programs.OfType<GpuAttentionProgram>().Single();

    public override bool Targets(Device device) => _program.Targets(device);

    public override Support Supports(Device device, AttentionDeclaration declaration, in AttentionShape shape) =>
        _program.Supports(device, declaration, shape);

    public override AttentionPlan Plan(Device device, AttentionDeclaration declaration, in AttentionShape shape) =>
        new GpuIndexedAttentionPlan<GpuFloat32, GpuFloat32>((IlgpuDevice)device, declaration, shape, _program, capacity);
}
