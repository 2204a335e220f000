namespace Kernels.Testing.Ptx;

/// <summary>A binary floating-point format: rounds to it, reads and writes it.</summary>
/// <param name="precision">Bits of the significand, the hidden one included.</param>
/// <param name="smallest">Binary exponent of the smallest subnormal.</param>
/// <param name="largest">Largest finite value.</param>
internal sealed class FloatFormat(int precision, int smallest, double largest, Func<ulong, double> decode, Func<double, ulong> encode)
{
    public static FloatFormat F16 { get; } = new(
        11, -24, 65504, bits => (double)BitConverter.UInt16BitsToHalf((ushort)bits), value => BitConverter.HalfToUInt16Bits((Half)value));

    public static FloatFormat BF16 { get; } = new(8, -133, 3.3895313892515355e38, bits => Bits.Single(bits << 16), value => Bits.Of((float)value) >> 16);

    /// <summary>Values in 32 bits of which the last 13 do not count.</summary>
    public static FloatFormat TF32 { get; } = new(11, -136, 3.4011621342146535e38, bits => Bits.Single(bits & 0xFFFFE000), value => Bits.Of((float)value));

    public static FloatFormat F32 { get; } = new(24, -149, float.MaxValue, bits => Bits.Single(bits), value => Bits.Of((float)value));

    public static FloatFormat F64 { get; } = new(53, -1074, double.MaxValue, Bits.Double, Bits.Of);

    /// <summary>The format of a type, or null where it is none; packed types give that of an element.</summary>
    public static FloatFormat? Of(PtxType type) => type switch
    {
        PtxType.F16 or PtxType.F16x2 => F16,
        PtxType.BF16 or PtxType.BF16x2 => BF16,
        PtxType.TF32 => TF32,
        PtxType.F32 => F32,
        PtxType.F64 => F64,
        _ => null,
    };

    public double Decode(ulong bits) => decode(bits);

    /// <summary>The bits of <paramref name="value"/> rounded to this format.</summary>
    public ulong Encode(double value, RoundingMode mode = RoundingMode.NearestEven) => encode(Round(value, mode));

    private double Round(double value, RoundingMode mode)
    {
        if (precision == 53 || value == 0 || !double.IsFinite(value)) return value;
        var quantum = Math.Max(Math.ILogB(value) - (precision - 1), smallest);
        var steps = Integer(Math.ScaleB(value, -quantum), mode);
        var rounded = steps == 0 ? Math.CopySign(0, value) : Math.ScaleB(steps, quantum);
        if (Math.Abs(rounded) <= largest) return rounded;
        var towardsZero = mode == RoundingMode.Zero || mode == RoundingMode.Down && value > 0 || mode == RoundingMode.Up && value < 0;
        return Math.CopySign(towardsZero ? largest : double.PositiveInfinity, value);
    }

    /// <summary>Rounds to a whole number.</summary>
    public static double Integer(double value, RoundingMode mode) => mode switch
    {
        RoundingMode.NearestEven => Math.Round(value, MidpointRounding.ToEven),
        RoundingMode.NearestAway => Math.Round(value, MidpointRounding.AwayFromZero),
        RoundingMode.Zero => Math.Truncate(value),
        RoundingMode.Down => Math.Floor(value),
        _ => Math.Ceiling(value),
    };
}
