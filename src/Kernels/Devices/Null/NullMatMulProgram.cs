namespace Kernels;

/// <summary>Products that are planned and never computed; weights weigh what their values and 2-bit positions would.</summary>
internal sealed class NullMatMulProgram : MatMulProgram
{
    public static NullMatMulProgram Instance { get; } = new();

    public override bool Targets(Device device) => device is NullDevice;

    public override Support Supports(Device device, MatMulDeclaration declaration, in MatMulShape shape) => Support.Yes;

    public override PackedWeights Pack(Device device, MatMulDeclaration declaration, HostMatrix source, ElementType type)
    {
        var values = (long)source.Rows * source.Columns * type.Bits() / 8;
        return new NullWeights(
            device, source.Rows, source.Columns, type,
            declaration.Of == 0 ? values : values * declaration.Kept / declaration.Of + (long)source.Rows * source.Columns / declaration.Of * declaration.Kept / 4);
    }

    public override MatMulPlan Plan(Device device, MatMulDeclaration declaration, in MatMulShape shape) => new NullPlan(device, declaration, shape);

    private sealed class NullWeights(Device device, int outputs, int inputs, ElementType type, long byteLength)
        : PackedWeights(device, outputs, inputs, type)
    {
        public override long ByteLength => byteLength;

        public override void Repack(HostMatrix source) { }

        protected override void DisposeCore() { }
    }

    private sealed class NullPlan(Device device, MatMulDeclaration declaration, in MatMulShape shape) : MatMulPlan(device, declaration, shape)
    {
        public override long WorkspaceBytes => 0;

        public override void Dispose() { }

        protected override void RunCore(in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand) { }
    }
}
