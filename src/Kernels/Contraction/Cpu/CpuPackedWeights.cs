namespace Kernels;

/// <summary>Weights in the panels of <see cref="PanelLayout"/>.</summary>
internal sealed unsafe class CpuPackedWeights : PackedWeights
{
    private readonly CpuDevice _device;
    private readonly CpuBuffer _buffer;
    private readonly PanelPacker _packer;

    public CpuPackedWeights(CpuDevice device, MatMulDeclaration declaration, PanelLayout layout, int outputs)
        : base(device, outputs, layout.Inputs, layout.Type)
    {
        _device = device;
        Declaration = declaration;
        Layout = layout;
        _buffer = (CpuBuffer)device.Allocate(layout.Panels(outputs) * layout.PanelBytes);
        _packer = new PanelPacker(layout, outputs);
    }

    /// <summary>The kernel that packed the weights.</summary>
    public MatMulDeclaration Declaration { get; }

    /// <summary>Where things lie.</summary>
    public PanelLayout Layout { get; }

    /// <summary>The first panel.</summary>
    public byte* Pointer => _buffer.Pointer;

    /// <inheritdoc/>
    public override long ByteLength => _buffer.ByteLength;

    /// <inheritdoc/>
    public override void Repack(HostMatrix source)
    {
        if (source.Rows != Outputs || source.Columns != Inputs || source.Type == ElementType.Int32 || source.ScaleColumns != (source.Type.IsScaled() ? Layout.ScaleInputs : 0))
            throw new KernelException(
                Declaration.Name, Device.Name, $"a {source.Type}[{source.Rows}, {source.Columns}] matrix to repack",
                $"these weights hold a [{Outputs}, {Inputs}] matrix{(Layout.ScaleInputs == 0 ? "" : $" with scales for {Layout.ScaleInputs} inputs")}", "Pass a matrix of the shape that was packed.");
        _packer.Pack(_device.Workers, source, _buffer.Pointer);
    }

    /// <inheritdoc/>
    protected override void DisposeCore() => _buffer.Dispose();
}
