namespace Kernels.Generators.Tests;

/// <summary>Arguments for user methods: special values first, then random ones near and far.</summary>
internal static class Inputs
{
    private static readonly int[] Ints = [0, 1, -1, 2, -2, 3, 4, 7, -7, 8, -8, 63, 64, 127, 128, -128, 1023, 1024, int.MaxValue, int.MinValue, int.MinValue + 1];

    private static readonly float[] Floats =
    [
        0f, -0f, 1f, -1f, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 3.7f, -3.7f, 1e-40f, 8388607.5f, 16777216f, 2147483520f, 2147483648f, -2147483648f,
        4e9f, -4e9f, float.MaxValue, float.MinValue, float.Epsilon, float.NaN, float.PositiveInfinity, float.NegativeInfinity,
    ];

    public static int Int(Random random, int index) => (random.Next(4), index % 3) switch
    {
        (0, _) => Ints[random.Next(Ints.Length)],
        (_, 0) => random.Next(-20, 200),
        (_, 1) => random.Next(0, 5000),
        _ => random.Next(int.MinValue, int.MaxValue),
    };

    public static float Float(Random random, int index, bool wide) => !wide ? random.NextSingle() * 60 - 30
        : (random.Next(4), index % 3) switch
        {
            (0, _) => Floats[random.Next(Floats.Length)],
            (_, 0) => random.NextSingle() * 2 - 1,
            (_, 1) => random.Next(-200, 200) * 0.25f,
            _ => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)),
        };
}
