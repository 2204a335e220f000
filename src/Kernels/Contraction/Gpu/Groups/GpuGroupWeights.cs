namespace Kernels;

/// <summary>Weights by groups of outputs, as <see cref="GroupLayout"/> lays them out in one segment.</summary>
internal sealed unsafe class GpuGroupWeights(IlgpuDevice device, MatMulDeclaration declaration, GroupLayout layout)
    : GpuPackedWeights(device, declaration, layout.Outputs, layout.Inputs, layout.Type, layout.ScaleInputs, layout.ByteLength)
{
    private GpuInputIndex? _index;
    private bool _isIndexed;

    /// <summary>Where things lie.</summary>
    public GroupLayout Layout => layout;

    /// <inheritdoc/>
    public override long ByteLength => base.ByteLength + (_index?.Buffer.ByteLength ?? 0);

    /// <summary>
    /// The stored inputs by input, which weights used transposed need: sorted when first asked for, and anew for other weights. The caller holds
    /// the device's lock.
    /// </summary>
    public GpuInputIndex IndexByInput()
    {
        _index ??= new GpuInputIndex((IlgpuDevice)Device, layout);
        if (!_isIndexed) _index.Fill(Buffer);
        _isIndexed = true;
        return _index;
    }

    /// <inheritdoc/>
    protected override void Pack(HostMatrix source, byte* target)
    {
        var packer = new GroupPacker(Declaration, Device, source, layout.GroupRows);
        if (packer.Count > layout.Capacity)
            throw Refuse($"{packer.Count} groups of {layout.GroupRows} to repack", $"these weights hold {layout.Capacity}", "Pack the matrix anew.");
        packer.Write(source, layout, target);
        _isIndexed = false;
    }

    /// <inheritdoc/>
    protected override void DisposeCore()
    {
        _index?.Dispose();
        base.DisposeCore();
    }
}
