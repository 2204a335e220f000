using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>bfloat16: the upper half of an fp32.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuBFloat16 : IGpuElement<GpuBFloat16>, IGpuPairElement
{
    private readonly ushort _bits;

    private GpuBFloat16(ushort bits) => _bits = bits;

    /// <inheritdoc/>
    public static float ToFloat(GpuBFloat16 element) => Interop.IntAsFloat((uint)element._bits << 16);

    /// <inheritdoc/>
    public static float Low(uint pair) => Interop.IntAsFloat(pair << 16);

    /// <inheritdoc/>
    public static float High(uint pair) => Interop.IntAsFloat(pair & 0xFFFF0000u);

    /// <inheritdoc/>
    public static GpuBFloat16 FromFloat(float value)
    {
        var bits = Interop.FloatAsInt(value);
        var rounded = (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16;
        return new((ushort)((bits & 0x7FFFFFFFu) > 0x7F800000u ? bits >> 16 | 0x40u : rounded));
    }
}
