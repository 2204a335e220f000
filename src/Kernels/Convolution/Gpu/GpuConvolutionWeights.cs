using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>
/// Filters in groups of outputs on an ILGPU device, in parts that begin at 16 bytes: where the stored inputs of each group begin (one more
/// entry ends the last), a tap for each, biases, and values [stored inputs][group rows]. A tap is its channel · 256 + row · 16 + column.
/// </summary>
internal sealed class GpuConvolutionWeights : ConvolutionWeights
{
    // A tap fits an int.
    public const int MostInputs = 1 << 23;

    public GpuConvolutionWeights(IlgpuDevice device, BlockMatrix source, ReadOnlySpan<float> bias, ConvolutionWindow window) : base(device, source)
    {
        Taps = Round(source.Offsets.Length);
        Bias = Taps + Round(source.Blocks.Length);
        Values = Bias + Round(source.Rows);
        Buffer = (IlgpuBuffer)device.Allocate(sizeof(float) * (Values + Round(source.Values.Length)));
        var taps = new int[source.Blocks.Length];
        for (var i = 0; i < taps.Length; i++)
        {
            var (channel, tap) = Math.DivRem(source.Blocks[i], window.Taps);
            taps[i] = channel << 8 | tap / window.Side << 4 | tap % window.Side;
        }

        Write(0, source.Offsets);
        Write(Taps, taps.AsSpan());
        Write(Bias, bias);
        Write(Values, source.Values);
    }

    /// <summary>First tap in units of 32 bits.</summary>
    public long Taps { get; }

    /// <summary>First bias in units of 32 bits.</summary>
    public long Bias { get; }

    /// <summary>First value in units of 32 bits.</summary>
    public long Values { get; }

    /// <summary>The memory.</summary>
    public IlgpuBuffer Buffer { get; }

    /// <inheritdoc/>
    public override long ByteLength => Buffer.ByteLength;

    /// <inheritdoc/>
    public override void Dispose() => Buffer.Dispose();

    private void Write<T>(long first, ReadOnlySpan<T> part) where T : unmanaged => Buffer.CopyFrom(MemoryMarshal.AsBytes(part), sizeof(float) * first);

    private static long Round(int length) => (length + 3L) / 4 * 4;
}
