namespace Kernels.Testing.Ptx;

/// <summary>Conversion between types and between address spaces (PTX ISA, 9.7.9: cvt, cvta).</summary>
internal static class ConversionInstructions
{
    public static IEnumerable<KeyValuePair<string, Func<Decoder, Instruction>>> All { get; } = new Dictionary<string, Func<Decoder, Instruction>>
    {
        ["cvt"] = Cvt,
        ["cvta"] = Cvta,
    };

    private static Instruction Cvt(Decoder decoder)
    {
        var whole = decoder.TakeOneOf("rni", "rzi", "rmi", "rpi");
        var mode = Mode(decoder.TakeOneOf("rn", "rna", "rz", "rm", "rp") ?? whole);
        var (flush, saturate, relu) = (decoder.Take("ftz"), decoder.Take("sat"), decoder.Take("relu"));
        var (to, from) = (decoder.TakeType(), decoder.TakeType());
        if (flush) throw decoder.Error("flushed conversions are not covered");
        if (to is PtxType.F16x2 or PtxType.BF16x2) return Pack(decoder, to, from, mode ?? throw decoder.Error("it names no rounding"), relu);
        if (relu) throw decoder.Error("the modifier .relu is not covered");
        var convert = (FloatFormat.Of(to), FloatFormat.Of(from)) switch
        {
            (null, null) => Integers(to, from, saturate),
            (null, { } source) => ToInteger(decoder, to, from, source, whole is null ? null : mode),
            ({ } target, null) => FromInteger(decoder, target, to, from, mode),
            ({ } target, { } source) => Reals(decoder, target, source, to, from, mode, whole is not null, saturate),
        };
        var operand = decoder.Source(1, from, wider: true);
        return new Mapped(decoder.Destination(0, to == PtxType.TF32 ? PtxType.B32 : to, wider: true), operand, operand, operand, (a, _, _) => convert(a));
    }

    private static RoundingMode? Mode(string? modifier) => modifier switch
    {
        null => null,
        "rn" or "rni" => RoundingMode.NearestEven,
        "rna" => RoundingMode.NearestAway,
        "rz" or "rzi" => RoundingMode.Zero,
        "rm" or "rmi" => RoundingMode.Down,
        _ => RoundingMode.Up,
    };

    private static Func<ulong, ulong> Integers(PtxType to, PtxType from, bool saturate)
    {
        if (!saturate) return bits => Bits.Extend(Bits.Extend(bits, from), to);
        var (least, most) = Range(to);
        return bits =>
        {
            var value = from.IsSigned() ? (Int128)(long)Bits.Extend(bits, from) : Bits.Extend(bits, from);
            return (ulong)Int128.Clamp(value, least, most);
        };
    }

    private static (Int128 Least, Int128 Most) Range(PtxType type)
    {
        var width = 8 * type.Bytes();
        return type.IsSigned() ? (-(Int128.One << width - 1), (Int128.One << width - 1) - 1) : (0, (Int128.One << width) - 1);
    }

    // Values outside the range of the integer become its nearest end.
    private static Func<ulong, ulong> ToInteger(Decoder decoder, PtxType to, PtxType from, FloatFormat source, RoundingMode? mode)
    {
        var rounding = mode ?? throw decoder.Error("a conversion to an integer names .rni, .rzi, .rmi or .rpi");
        var (least, most) = Range(to);
        var ofNaN = from != PtxType.F64 && to.Bytes() != 8 ? 0 : 1UL << 8 * to.Bytes() - 1;
        return bits =>
        {
            var value = FloatFormat.Integer(source.Decode(bits), rounding);
            if (double.IsNaN(value)) return ofNaN;
            return value <= (double)least ? (ulong)least : value >= (double)most ? (ulong)most : (ulong)(Int128)value;
        };
    }

    private static Func<ulong, ulong> FromInteger(Decoder decoder, FloatFormat target, PtxType to, PtxType from, RoundingMode? mode)
    {
        var rounding = mode ?? throw decoder.Error("a conversion of an integer names a rounding");
        if (from.Bytes() < 8) return bits => target.Encode(from.IsSigned() ? (long)Bits.Extend(bits, from) : Bits.Extend(bits, from), rounding);

        // 64 bits do not fit a double; C# rounds them once.
        if (rounding != RoundingMode.NearestEven || to is not (PtxType.F32 or PtxType.F64))
            throw decoder.Error("64-bit integers are only covered with .rn to fp32 and fp64");
        return (from.IsSigned(), to) switch
        {
            (true, PtxType.F32) => bits => Bits.Of((float)(long)bits),
            (true, _) => bits => Bits.Of((double)(long)bits),
            (_, PtxType.F32) => bits => Bits.Of((float)bits),
            _ => bits => Bits.Of((double)bits),
        };
    }

    private static Func<ulong, ulong> Reals(
        Decoder decoder, FloatFormat target, FloatFormat source, PtxType to, PtxType from, RoundingMode? mode, bool whole, bool saturate)
    {
        if (mode is null && (to.Bytes() < from.Bytes() || to == PtxType.TF32)) throw decoder.Error("a conversion to a narrower format names a rounding");
        var rounding = mode ?? RoundingMode.NearestEven;
        return bits =>
        {
            var value = source.Decode(bits);
            if (whole) value = FloatFormat.Integer(value, rounding);
            if (saturate) value = double.IsNaN(value) ? 0 : Math.Clamp(value, 0, 1);
            return target.Encode(value, rounding);
        };
    }

    // The first source goes to the upper half.
    private static Mapped Pack(Decoder decoder, PtxType to, PtxType from, RoundingMode mode, bool relu)
    {
        if (from != PtxType.F32) throw decoder.Error("only fp32 is packed");
        var format = FloatFormat.Of(to)!;
        ulong Half(ulong bits) => format.Encode(relu ? Math.Max(0, Bits.Single(bits)) : Bits.Single(bits), mode);
        var upper = decoder.Source(1, from);
        return new(decoder.Destination(0, to), upper, decoder.Source(2, from), upper, (a, b, _) => Half(a) << 16 | Half(b));
    }

    private static Mapped Cvta(Decoder decoder)
    {
        var toSpace = decoder.Take("to");
        var space = decoder.TakeOneOf("global", "shared::cta", "shared", "local", "const", "param") ?? throw decoder.Error("it names no space");
        decoder.Require("u64");
        var window = space switch
        {
            "shared" or "shared::cta" => GenericMemory.SharedWindow,
            "local" => GenericMemory.LocalWindow,
            _ => 0UL,
        };
        return Mapped.Unary(decoder, PtxType.U64, toSpace ? address => address - window : address => address + window);
    }
}
