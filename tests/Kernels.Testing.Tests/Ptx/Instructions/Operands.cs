namespace Kernels.Testing.Tests.Ptx.Instructions;

/// <summary>Matrix operands of tensor-core instructions: drawn so that their storage holds them exactly, and packed into registers.</summary>
internal static class Operands
{
    public static int Bytes(string type) => type switch
    {
        "s8" or "u8" => 1,
        "f16" or "bf16" => 2,
        _ => 4,
    };

    /// <summary>Random values: bytes of the whole range, or fractions of seven bits.</summary>
    public static double[] Draw(Random random, string type, int count) => [.. Enumerable.Range(0, count).Select(_ => type switch
    {
        "s8" => (double)random.Next(-128, 128),
        "u8" => random.Next(0, 256),
        _ => random.Next(-127, 128) / 64.0,
    })];

    /// <summary>Elements packed into one register, the first lowest.</summary>
    public static uint Register(string type, IEnumerable<double> elements) =>
        elements.Select((value, i) => Bits(type, value) << 8 * Bytes(type) * i).Aggregate(0u, (word, element) => word | element);

    /// <summary>The 16 × 8 matrix whose fragments of four registers each lane stored one after another.</summary>
    public static uint[] Gather(uint[] fragments)
    {
        var matrix = new uint[128];
        for (var lane = 0; lane < 32; lane++)
            for (var i = 0; i < 4; i++) matrix[(lane / 4 + 8 * (i / 2)) * 8 + 2 * (lane % 4) + i % 2] = fragments[4 * lane + i];
        return matrix;
    }

    private static uint Bits(string type, double value) => type switch
    {
        "s8" => (byte)(sbyte)value,
        "u8" => (byte)value,
        "f16" => BitConverter.HalfToUInt16Bits((Half)value),
        "bf16" => BitConverter.SingleToUInt32Bits((float)value) >> 16,
        _ => BitConverter.SingleToUInt32Bits((float)value),
    };
}
