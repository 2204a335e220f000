using Factory = System.Func<int, int, int, int, Kernels.Testing.Ptx.LaneInstruction>;

namespace Kernels.Testing.Ptx;

/// <summary>Arithmetic that exists for floating point, and its integer namesakes (PTX ISA, 9.7.1, 9.7.3 to 9.7.5 and 9.7.8).</summary>
internal static class ArithmeticInstructions
{
    public static IEnumerable<KeyValuePair<string, Func<Decoder, Instruction>>> All { get; } = new Dictionary<string, Func<Decoder, Instruction>>
    {
        ["add"] = decoder => Either(decoder, 2, (a, b, _) => a + b, Mapped<FrequentOperations.AddSingle>.Create, _ => Mapped<FrequentOperations.Add>.Create),
        ["sub"] = decoder => Either(
            decoder, 2, (a, b, _) => a - b, Mapped<FrequentOperations.SubtractSingle>.Create, _ => Mapped<FrequentOperations.Subtract>.Create),
        ["mul"] = Multiply,
        ["fma"] = decoder => Either(decoder, 3, Math.FusedMultiplyAdd, Mapped<FrequentOperations.FuseSingle>.Create, null),
        ["div"] = Divide,
        ["neg"] = decoder => Either(decoder, 1, (a, _, _) => -a, null, _ => By((a, _, _) => 0 - a)),
        ["abs"] = decoder => Either(decoder, 1, (a, _, _) => Math.Abs(a), null, type => By((a, _, _) => (ulong)Math.Abs(Bits.Signed(a, type.Bytes())))),
        ["min"] = decoder => decoder.Take("NaN")
            ? Either(decoder, 2, (a, b, _) => Math.Min(a, b), null, null)
            : Either(decoder, 2, (a, b, _) => double.MinNumber(a, b), null, type => Choose(type, smaller: true)),
        ["max"] = decoder => decoder.Take("NaN")
            ? Either(decoder, 2, (a, b, _) => Math.Max(a, b), null, null)
            : Either(decoder, 2, (a, b, _) => double.MaxNumber(a, b), null, type => Choose(type, smaller: false)),
        ["copysign"] = decoder => Either(decoder, 2, (a, b, _) => Math.CopySign(b, a), null, null),
        ["rcp"] = decoder => Approximate(decoder, a => 1 / a),
        ["sqrt"] = decoder => Approximate(decoder, Math.Sqrt),
        ["rsqrt"] = decoder => Approximate(decoder, a => 1 / Math.Sqrt(a)),
        ["sin"] = decoder => Approximate(decoder, Math.Sin),
        ["cos"] = decoder => Approximate(decoder, Math.Cos),
        ["lg2"] = decoder => Approximate(decoder, Math.Log2),
        ["ex2"] = decoder => Approximate(decoder, a => Math.Pow(2, a)),
        ["tanh"] = decoder => Approximate(decoder, Math.Tanh),
        ["testp"] = Test,
    };

    private static Instruction Multiply(Decoder decoder) =>
        decoder.TakeOneOf("wide", "hi", "lo") is { } part
            ? IntegerInstructions.Multiply(decoder, part)
            : Either(decoder, 2, (a, b, _) => a * b, Mapped<FrequentOperations.MultiplySingle>.Create, null);

    private static Instruction Divide(Decoder decoder)
    {
        var isFloat = decoder.TakeOneOf("full", "approx", "rn") is not null;
        return isFloat ? Either(decoder, 2, (a, b, _) => a / b, null, null) : IntegerInstructions.Divide(decoder, remainder: false);
    }

    private static Factory Choose(PtxType type, bool smaller) => type.IsSigned()
        ? By((a, b, _) => Bits.Signed(a, type.Bytes()) < Bits.Signed(b, type.Bytes()) == smaller ? a : b)
        : By((a, b, _) => Bits.Unsigned(a, type.Bytes()) < Bits.Unsigned(b, type.Bytes()) == smaller ? a : b);

    private static Factory By(Func<ulong, ulong, ulong, ulong> operation) => (d, a, b, c) => new Mapped(d, a, b, c, operation);

    private static LaneInstruction Approximate(Decoder decoder, Func<double, double> function)
    {
        _ = decoder.Take("approx");
        return Either(decoder, 1, (a, _, _) => function(a), null, null);
    }

    // A double holds sums, products, quotients and roots of the narrower formats well enough that rounding twice is rounding once;
    // the fused product of fp32 is the exception and is computed as such, like the other fp32 operations of inner loops.
    private static LaneInstruction Either(
        Decoder decoder, int sources, Func<double, double, double, double> real, Factory? single, Func<PtxType, Factory>? integer)
    {
        _ = decoder.Take("rn");
        var (flush, saturate) = (decoder.Take("ftz"), decoder.Take("sat"));
        var type = decoder.TakeType();
        if (FloatFormat.Of(type) is not { } format)
            return integer is null || flush || saturate || type.IsBits() || type == PtxType.Pred
                ? throw decoder.Error($"it is not covered for {type.Name()}")
                : Mapped.Decode(decoder, sources, type, integer(type));
        if (flush && type != PtxType.F32) throw decoder.Error("only fp32 is flushed");
        if (type == PtxType.F32 && single is not null && !flush && !saturate) return Mapped.Decode(decoder, sources, type, single);

        ulong Element(ulong a, ulong b, ulong c)
        {
            double Read(ulong bits) => flush ? Flushed(format.Decode(bits)) : format.Decode(bits);
            var result = real(Read(a), Read(b), Read(c));
            if (saturate) result = double.IsNaN(result) ? 0 : Math.Clamp(result, 0, 1);
            var rounded = format.Encode(result);
            return flush ? format.Encode(Flushed(format.Decode(rounded))) : rounded;
        }

        return Mapped.Decode(decoder, sources, type, By(type is PtxType.F16x2 or PtxType.BF16x2
            ? (a, b, c) => Element(a & 0xFFFF, b & 0xFFFF, c & 0xFFFF) | Element(a >> 16 & 0xFFFF, b >> 16 & 0xFFFF, c >> 16 & 0xFFFF) << 16
            : Element));
    }

    private static double Flushed(double value) => Math.Abs(value) < 1.1754943508222875e-38 ? Math.CopySign(0, value) : value;

    private static PredicateTest Test(Decoder decoder)
    {
        var property = decoder.TakeOneOf("finite", "infinite", "number", "notanumber", "normal", "subnormal");
        var type = decoder.TakeType();
        Func<double, bool> holds = property switch
        {
            "finite" => double.IsFinite,
            "infinite" => double.IsInfinity,
            "number" => value => !double.IsNaN(value),
            "notanumber" => double.IsNaN,
            "normal" => value => double.IsFinite(value) && Math.Abs(value) >= Smallest(type),
            "subnormal" => value => value != 0 && Math.Abs(value) < Smallest(type),
            _ => throw decoder.Error("it names no property"),
        };
        var format = FloatFormat.Of(type) ?? throw decoder.Error("it tests fp32 and fp64");
        var source = decoder.Source(1, type);
        return new(decoder.Destination(0, PtxType.Pred), null, source, source, (a, _) => holds(format.Decode(a)), null);
    }

    private static double Smallest(PtxType type) => type == PtxType.F64 ? 2.2250738585072014e-308 : 1.1754943508222875e-38;
}
