using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>Weights in the order of <see cref="TensorWeightLayout"/> on a device.</summary>
internal sealed class TensorWeights : PackedWeights
{
    private readonly MatMulDeclaration _declaration;
    private readonly TensorWeightLayout _layout;
    private readonly IlgpuBuffer _buffer;
    private readonly uint[] _tile;

    public TensorWeights(Device device, MatMulDeclaration declaration, TensorWeightLayout layout)
        : base(device, layout.Outputs, layout.Inputs, layout.Type)
    {
        _declaration = declaration;
        _layout = layout;
        _buffer = (IlgpuBuffer)device.Allocate(layout.ByteLength);
        _tile = new uint[layout.TileWords];
    }

    /// <summary>The tiles.</summary>
    public IlgpuBuffer Buffer => _buffer;

    public override long ByteLength => _buffer.ByteLength;

    public override void Repack(HostMatrix source)
    {
        if (source.Rows != Outputs || source.Columns != Inputs || !source.Type.IsFloat())
            throw new KernelException(
                _declaration.Name, Device.Name, $"a {source.Type}[{source.Rows}, {source.Columns}] matrix to repack",
                $"these weights hold a floating-point [{Outputs}, {Inputs}] matrix", "Pass a matrix of the shape that was packed.");
        for (var tile = 0; tile < _layout.Tiles; tile++)
        {
            TensorWeightPacker.Pack(source, _layout, tile, _tile);
            _buffer.CopyFrom(MemoryMarshal.AsBytes(_tile.AsSpan()), 4L * tile * _layout.TileWords);
        }
    }

    protected override void DisposeCore() => _buffer.Dispose();
}
