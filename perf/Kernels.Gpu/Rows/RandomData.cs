using System.Runtime.InteropServices;

namespace Kernels.Gpu.Rows;

/// <summary>Normal values. Long data repeats a table of them: its making would take longer than the run.</summary>
internal static class RandomData
{
    private const int TableLength = (1 << 20) - 7;

    private static readonly float[] Table = MakeTable();

    /// <summary>Values of <paramref name="type"/>, of 16 bits.</summary>
    public static byte[] Normal(long count, ElementType type, int seed)
    {
        var bytes = new byte[count * sizeof(ushort)];
        var values = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
        var table = Array.ConvertAll(Table, value => Encode(value, type));
        for (long done = 0, start = seed * 7919 % TableLength; done < count; start = 0)
        {
            var taken = (int)Math.Min(count - done, TableLength - start);
            table.AsSpan((int)start, taken).CopyTo(values[(int)done..]);
            done += taken;
        }

        return bytes;
    }

    /// <summary>Values of fp32.</summary>
    public static float[] Normal(int count, int seed)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = Table[(int)((i + (long)seed * 7919) % TableLength)];
        return values;
    }

    /// <summary>Adds one direction to every <paramref name="oneIn"/>-th vector of <paramref name="length"/> channels.</summary>
    public static void Plant(byte[] data, ElementType type, int length, int oneIn, float strength)
    {
        var values = MemoryMarshal.Cast<byte, ushort>(data.AsSpan());
        for (long vector = 0; vector < values.Length / length; vector += oneIn)
            for (var c = 0; c < length; c++)
            {
                ref var value = ref values[(int)(vector * length + c)];
                value = Encode(Decode(value, type) + (c % 2 == 0 ? strength : -strength), type);
            }
    }

    private static float[] MakeTable()
    {
        var random = new Random(1);
        var table = new float[TableLength];
        // Box and Muller, 1958.
        for (var i = 0; i < table.Length; i++)
            table[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return table;
    }

    private static ushort Encode(float value, ElementType type) =>
        type == ElementType.BFloat16 ? ElementTypes.ToBFloat16(value) : ElementTypes.ToFloat16(value);

    private static float Decode(ushort bits, ElementType type) =>
        type == ElementType.BFloat16 ? ElementTypes.FromBFloat16(bits) : ElementTypes.FromFloat16(bits);
}
