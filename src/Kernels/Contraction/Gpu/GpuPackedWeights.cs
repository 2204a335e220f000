using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>Weights in the panels of <see cref="PanelLayout"/>, 32 outputs wide, packed on the host.</summary>
internal sealed unsafe class GpuPackedWeights : PackedWeights
{
    // Copies take spans, whose length is an int.
    private const long LargestCopy = 1 << 30;

    private readonly MatMulDeclaration _declaration;

    public GpuPackedWeights(IlgpuDevice device, MatMulDeclaration declaration, PanelLayout layout, int outputs)
        : base(device, outputs, layout.Inputs, layout.Type)
    {
        _declaration = declaration;
        Layout = layout;
        Buffer = (IlgpuBuffer)device.Allocate(layout.Panels(outputs) * layout.PanelBytes);
    }

    /// <summary>Where things lie.</summary>
    public PanelLayout Layout { get; }

    /// <summary>The panels.</summary>
    public IlgpuBuffer Buffer { get; }

    /// <inheritdoc/>
    public override long ByteLength => Buffer.ByteLength;

    /// <inheritdoc/>
    public override void Repack(HostMatrix source)
    {
        if (source.Rows != Outputs || source.Columns != Inputs || source.Type == ElementType.Int32
            || source.ScaleColumns != (source.Type.IsScaled() ? Layout.ScaleInputs : 0))
            throw new KernelException(
                _declaration.Name, Device.Name, $"a {source.Type}[{source.Rows}, {source.Columns}] matrix to repack",
                $"these weights hold a [{Outputs}, {Inputs}] matrix{(Layout.ScaleInputs == 0 ? "" : $" with scales for {Layout.ScaleInputs} inputs")}", "Pass a matrix of the shape that was packed.");
        var panels = (byte*)NativeMemory.AlignedAlloc((nuint)ByteLength, 64);
        try
        {
            using var workers = new WorkerTeam(Environment.ProcessorCount);
            new PanelPacker(Layout, Outputs).Pack(workers, source, panels);
            for (long done = 0; done < ByteLength; done += LargestCopy)
                Buffer.CopyFrom(new ReadOnlySpan<byte>(panels + done, (int)Math.Min(LargestCopy, ByteLength - done)), done);
        }
        finally
        {
            NativeMemory.AlignedFree(panels);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => Buffer.Dispose();
}
