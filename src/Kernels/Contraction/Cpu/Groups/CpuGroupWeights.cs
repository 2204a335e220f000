namespace Kernels;

/// <summary>
/// Weights by groups of outputs: for every group the inputs it uses, ascending, with one value for each of its outputs. The inputs are cut
/// into segments, so that what a tile of activations needs of them stays in cache.
/// </summary>
internal sealed unsafe class CpuGroupWeights : PackedWeights
{
    private const int SegmentInputs = 1024;

    private readonly CpuBuffer _buffer;
    private readonly MatMulDeclaration _declaration;
    private readonly GroupLayout _layout;

    /// <summary>Packs what the source's mask, or the largest magnitudes of N:M, keep.</summary>
    /// <exception cref="KernelException">There is no mask and none follows from the pattern, or the outputs of a group differ.</exception>
    public CpuGroupWeights(CpuDevice device, MatMulDeclaration declaration, HostMatrix source, ElementType type, int groupRows)
        : base(device, source.Rows, source.Columns, type)
    {
        _declaration = declaration;
        var packer = new GroupPacker(declaration, device, source, groupRows);
        _layout = new GroupLayout(type, source.Rows, source.Columns, groupRows, packer.Count, GroupLayout.ScaleInputsOf(source, type), MostInSegment);
        _buffer = (CpuBuffer)device.Allocate(_layout.ByteLength);
        Offsets = (int*)_buffer.Pointer;
        Columns = (ushort*)(_buffer.Pointer + _layout.Columns);
        Scales = (float*)(_buffer.Pointer + _layout.Scales);
        Values = _buffer.Pointer + _layout.Values;
        packer.Write(source, _layout, _buffer.Pointer);
    }

    /// <summary>Outputs of a group.</summary>
    public int GroupRows => _layout.GroupRows;

    /// <summary>Segments of the inputs.</summary>
    public int Segments => _layout.Segments;

    /// <summary>Most stored inputs of a group in one segment.</summary>
    public static int MostInSegment => SegmentInputs;

    /// <summary>[groups][segments]: where the stored inputs begin; one more entry ends the last.</summary>
    public int* Offsets { get; }

    /// <summary>The stored inputs.</summary>
    public ushort* Columns { get; }

    /// <summary>[groups][scale groups][group rows].</summary>
    public float* Scales { get; }

    /// <summary>[stored inputs][group rows] in the storage of <see cref="PackedWeights.Type"/>; integers of 4 bits from the low half of a byte on.</summary>
    public byte* Values { get; }

    /// <inheritdoc/>
    public override long ByteLength => _buffer.ByteLength;

    /// <inheritdoc/>
    public override void Repack(HostMatrix source)
    {
        if (source.Rows != Outputs || source.Columns != Inputs || source.Type == ElementType.Int32
            || source.ScaleColumns != (source.Type.IsScaled() ? _layout.ScaleInputs : 0))
            throw Refuse($"a {source.Type}[{source.Rows}, {source.Columns}] matrix to repack", $"these weights hold a [{Outputs}, {Inputs}] matrix");
        var packer = new GroupPacker(_declaration, Device, source, GroupRows);
        if (packer.Count > _layout.Capacity) throw Refuse($"{packer.Count} groups of {GroupRows} to repack", $"these weights hold {_layout.Capacity}");
        packer.Write(source, _layout, _buffer.Pointer);
    }

    /// <summary>Writes stored inputs [first, first + count) of a group as fp32 with their scales applied; in place where they are stored so.</summary>
    public float* Decode(int group, int first, int count, float* scratch)
    {
        var (start, length) = ((long)first * GroupRows, count * GroupRows);
        if (Type == ElementType.Float32) return (float*)Values + start;
        if (Type == ElementType.Int4)
            for (var i = 0; i < length; i++) scratch[i] = (sbyte)(Values[(start + i) / 2] << (4 - (int)(start + i) % 2 * 4)) >> 4;
        else
            FloatDecoder.Decode(Values + start * Type.Size(), Type, scratch, length);
        if (_layout.ScaleInputs == 0) return scratch;
        var scales = Scales + (long)group * _layout.ScaleGroups * GroupRows;
        for (var i = 0; i < count; i++)
        {
            var own = scales + Columns[first + i] / _layout.ScaleInputs * GroupRows;
            for (var row = 0; row < GroupRows; row++) scratch[i * GroupRows + row] *= own[row];
        }

        return scratch;
    }

    /// <inheritdoc/>
    public override void Dispose() => _buffer.Dispose();

    private KernelException Refuse(string received, string limit) => new(_declaration.Name, Device.Name, received, limit, "Pack the matrix anew.");
}
