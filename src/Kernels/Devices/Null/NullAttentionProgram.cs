namespace Kernels;

/// <summary>Attention that is planned and never computed.</summary>
internal sealed class NullAttentionProgram : AttentionProgram
{
    public static NullAttentionProgram Instance { get; } = new();

    public override bool Targets(Device device) => device is NullDevice;

    public override Support Supports(Device device, AttentionDeclaration declaration, in AttentionShape shape) => Support.Yes;

    public override AttentionPlan Plan(Device device, AttentionDeclaration declaration, in AttentionShape shape) =>
        new NullPlan(device, declaration, shape);

    private sealed class NullPlan(Device device, AttentionDeclaration declaration, in AttentionShape shape) : AttentionPlan(device, declaration, shape)
    {
        public override long WorkspaceBytes => 0;

        public override AttentionWork Work => default;

        public override void Dispose() { }

        protected override void RunCore(in AttentionRun run) { }
    }
}
