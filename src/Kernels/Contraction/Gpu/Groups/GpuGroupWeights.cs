namespace Kernels;

/// <summary>Weights by groups of outputs, as <see cref="GroupLayout"/> lays them out in one segment.</summary>
internal sealed unsafe class GpuGroupWeights(IlgpuDevice device, MatMulDeclaration declaration, GroupLayout layout)
    : GpuPackedWeights(device, declaration, layout.Outputs, layout.Inputs, layout.Type, layout.ScaleInputs, layout.ByteLength)
{
    /// <summary>Where things lie.</summary>
    public GroupLayout Layout => layout;

    /// <inheritdoc/>
    protected override void Pack(HostMatrix source, byte* target)
    {
        var packer = new GroupPacker(Declaration, Device, source, layout.GroupRows);
        if (packer.Count > layout.Capacity)
            throw Refuse($"{packer.Count} groups of {layout.GroupRows} to repack", $"these weights hold {layout.Capacity}", "Pack the matrix anew.");
        packer.Write(source, layout, target);
    }
}
