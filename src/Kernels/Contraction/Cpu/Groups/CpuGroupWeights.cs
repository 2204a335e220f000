using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>
/// Weights by groups of outputs: for every group the inputs it uses, ascending, with one value for each of its outputs. The inputs are cut
/// into segments: those that share scales, or as many as a tile of activations keeps in L1.
/// </summary>
internal sealed unsafe class CpuGroupWeights : PackedWeights
{
    private readonly CpuBuffer _buffer;
    private readonly MatMulDeclaration _declaration;
    private readonly GroupLayout _layout;

    /// <summary>Packs what the source's mask, or the largest magnitudes of N:M, keep.</summary>
    /// <exception cref="KernelException">There is no mask and none follows from the pattern, or the outputs of a group differ.</exception>
    public CpuGroupWeights(CpuDevice device, MatMulDeclaration declaration, HostMatrix source, ElementType type, CpuGroupMatMulProgram program)
        : base(device, source.Rows, source.Columns, type)
    {
        _declaration = declaration;
        var packer = new GroupPacker(declaration, device, source, program.GroupRows);
        var scaleInputs = GroupLayout.ScaleInputsOf(source, type);
        var segmentInputs = scaleInputs > 0 && scaleInputs < source.Columns ? scaleInputs : program.SegmentInputs;
        _layout = new GroupLayout(type, source.Rows, source.Columns, program.GroupRows, packer.Count, scaleInputs, segmentInputs);
        _buffer = (CpuBuffer)device.Allocate(_layout.ByteLength);
        Offsets = (int*)_buffer.Pointer;
        Columns = (ushort*)(_buffer.Pointer + _layout.Columns);
        Scales = (float*)(_buffer.Pointer + _layout.Scales);
        Values = _buffer.Pointer + _layout.Values;
        packer.Write(source, _layout, _buffer.Pointer);
    }

    /// <summary>Outputs of a group.</summary>
    public int GroupRows => _layout.GroupRows;

    /// <summary>Inputs of a segment.</summary>
    public int SegmentInputs => _layout.SegmentInputs;

    /// <summary>Segments of the inputs.</summary>
    public int Segments => _layout.Segments;

    /// <summary>Runs of a group's segments that are multiplied by scales of their own.</summary>
    public int Runs => Math.Max(1, _layout.ScaleGroups);

    /// <summary>Most stored inputs of a group that are decoded together.</summary>
    public const int MostDecoded = 512;

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

    /// <summary>The scales of the stored inputs of a group's segment.</summary>
    public float* ScalesOf(int group, int segment) => Scales + ((long)group * _layout.ScaleGroups + segment * Runs / Segments) * GroupRows;

    /// <summary>Writes stored inputs [first, first + count) of a group, of one segment, as fp32 with their scales applied; in place where they are stored so.</summary>
    public float* Decode(int group, int segment, int first, int count, float* scratch)
    {
        var (start, length) = ((long)first * GroupRows, count * GroupRows);
        if (Type == ElementType.Float32) return (float*)Values + start;
        if (Type == ElementType.Int4) DecodeHalves(start, length, scratch);
        else FloatDecoder.Decode(Values + start * Type.Size(), Type, scratch, length);
        if (_layout.ScaleInputs > 0) Scale(scratch, length, ScalesOf(group, segment));
        return scratch;
    }

    private void DecodeHalves(long start, int length, float* target)
    {
        var i = 0;
        if (start % 2 != 0 && length > 0) target[i++] = Int4Groups.Load(Values, start);
        for (; i + Vector256<float>.Count <= length; i += Vector256<float>.Count) Vector256.Store(Int4Groups.Load256(Values, start + i), target + i);
        for (; i < length; i++) target[i] = Int4Groups.Load(Values, start + i);
    }

    /// <summary>Multiplies values of [stored inputs][group rows] by one scale for each row.</summary>
    private void Scale(float* values, int length, float* scales)
    {
        const int most = 16; // rows of a group, and a multiple of a vector
        var repeated = stackalloc float[most];
        for (var lane = 0; lane < most; lane++) repeated[lane] = scales[lane % GroupRows];
        var i = 0;
        for (; i + Vector256<float>.Count <= length; i += Vector256<float>.Count)
            Vector256.Store(Vector256.Load(values + i) * Vector256.Load(repeated + i % most), values + i);
        for (; i < length; i++) values[i] *= repeated[i % most];
    }

    /// <inheritdoc/>
    protected override void DisposeCore() => _buffer.Dispose();

    private KernelException Refuse(string received, string limit) => new(_declaration.Name, Device.Name, received, limit, "Pack the matrix anew.");
}
