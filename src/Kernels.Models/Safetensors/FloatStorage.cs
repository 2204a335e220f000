using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>Values as fp32 and as a file stores them.</summary>
internal static class FloatStorage
{
    /// <summary>Stored values as fp32 (exact).</summary>
    public static float[] Decode(ReadOnlySpan<byte> data, ElementType type)
    {
        if (type == ElementType.Float32) return MemoryMarshal.Cast<byte, float>(data).ToArray();
        var stored = MemoryMarshal.Cast<byte, ushort>(data);
        var values = new float[stored.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = type == ElementType.BFloat16 ? ElementTypes.FromBFloat16(stored[i]) : ElementTypes.FromFloat16(stored[i]);
        return values;
    }

    /// <summary>Values stored as <paramref name="type"/>, rounded to nearest even.</summary>
    public static byte[] Encode(float[] values, ElementType type) => type switch
    {
        ElementType.Float32 => MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
        ElementType.BFloat16 => MemoryMarshal.AsBytes(Array.ConvertAll(values, ElementTypes.ToBFloat16).AsSpan()).ToArray(),
        _ => MemoryMarshal.AsBytes(Array.ConvertAll(values, ElementTypes.ToFloat16).AsSpan()).ToArray(),
    };
}
