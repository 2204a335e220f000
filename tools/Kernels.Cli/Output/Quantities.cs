using System.Globalization;

namespace Kernels.Cli.Output;

/// <summary>Numbers for people: three significant digits, a unit, the same everywhere.</summary>
internal static class Quantities
{
    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>What stands for a value that does not exist.</summary>
    public const string None = "–";

    /// <summary>Seconds, such as <c>1.23 s</c> or <c>45.6 ms</c>.</summary>
    public static string Seconds(double seconds) => seconds < 1 ? $"{Short(seconds * 1000)} ms" : $"{Short(seconds)} s";

    /// <summary>Tokens per second.</summary>
    public static string Rate(double? tokensPerSecond) => tokensPerSecond is { } rate ? $"{Short(rate)}/s" : None;

    /// <summary>A share of 1 as a percentage.</summary>
    public static string Share(double share) => (share * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    /// <summary>Bytes with a binary unit.</summary>
    public static string Bytes(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (value >= 1024 && unit < ByteUnits.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return $"{Short(value)} {ByteUnits[unit]}";
    }

    /// <summary>A plain number.</summary>
    public static string Number(double? value) => value is { } number ? Short(number) : None;

    /// <summary><paramref name="numerator"/> ÷ <paramref name="denominator"/>, such as <c>2.5×</c>.</summary>
    public static string Ratio(double? numerator, double? denominator) =>
        numerator is { } n && denominator is > 0 and { } d ? $"{Short(n / d)}×" : None;

    private static string Short(double value)
    {
        var magnitude = Math.Abs(value);
        var format = magnitude >= 1000 ? "#,0" : magnitude >= 100 ? "0" : magnitude >= 10 ? "0.0" : magnitude == 0 ? "0" : magnitude >= 0.1 ? "0.00" : "0.00e0";
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}
