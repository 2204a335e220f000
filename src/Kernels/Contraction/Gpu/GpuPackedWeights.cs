using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>Weights that the host packs in one piece and an ILGPU device holds.</summary>
internal abstract unsafe class GpuPackedWeights : PackedWeights
{
    // Copies take spans, whose length is an int.
    private const long LargestCopy = 1 << 30;

    private readonly int _scaleInputs;

    protected GpuPackedWeights(IlgpuDevice device, MatMulDeclaration declaration, int outputs, int inputs, ElementType type, int scaleInputs, long byteLength)
        : base(device, outputs, inputs, type)
    {
        Declaration = declaration;
        _scaleInputs = scaleInputs;
        Buffer = (IlgpuBuffer)device.Allocate(byteLength);
    }

    /// <summary>The packed weights.</summary>
    public IlgpuBuffer Buffer { get; }

    /// <inheritdoc/>
    public override long ByteLength => Buffer.ByteLength;

    /// <summary>The kernel that packed the weights.</summary>
    protected MatMulDeclaration Declaration { get; }

    /// <inheritdoc/>
    public override void Repack(HostMatrix source)
    {
        if (source.Rows != Outputs || source.Columns != Inputs || source.Type == ElementType.Int32
            || source.ScaleColumns != (source.Type.IsScaled() ? _scaleInputs : 0))
            throw Refuse(
                $"a {source.Type}[{source.Rows}, {source.Columns}] matrix to repack",
                $"these weights hold a [{Outputs}, {Inputs}] matrix{(_scaleInputs == 0 ? "" : $" with scales for {_scaleInputs} inputs")}",
                "Pass a matrix of the shape that was packed.");
        var packed = (byte*)NativeMemory.AlignedAlloc((nuint)Buffer.ByteLength, 64);
        try
        {
            Pack(source, packed);
            for (long done = 0; done < Buffer.ByteLength; done += LargestCopy)
                Buffer.CopyFrom(new ReadOnlySpan<byte>(packed + done, (int)Math.Min(LargestCopy, Buffer.ByteLength - done)), done);
        }
        finally
        {
            NativeMemory.AlignedFree(packed);
        }
    }

    /// <inheritdoc/>
    protected override void DisposeCore() => Buffer.Dispose();

    /// <summary>Writes all bytes of a matrix of the right shape.</summary>
    protected abstract void Pack(HostMatrix source, byte* target);

    /// <summary>The exception a refused matrix deserves.</summary>
    protected KernelException Refuse(string received, string limit, string remedy) => new(Declaration.Name, Device.Name, received, limit, remedy);
}
