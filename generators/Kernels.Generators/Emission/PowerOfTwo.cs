namespace Kernels.Generators.Emission;

/// <summary>Sizes that kernels divide by with shifts.</summary>
internal static class PowerOfTwo
{
    /// <summary>The exponent of <paramref name="value"/>.</summary>
    public static int Log(int value)
    {
        var exponent = 0;
        while (1 << exponent < value) exponent++;
        return 1 << exponent == value ? exponent : throw new ArgumentOutOfRangeException(nameof(value), value, "A power of two is needed.");
    }
}
