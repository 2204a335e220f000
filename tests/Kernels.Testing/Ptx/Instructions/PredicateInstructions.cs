namespace Kernels.Testing.Ptx;

/// <summary>Comparison, selection and logic (PTX ISA, 9.7.6 to 9.7.8).</summary>
internal static class PredicateInstructions
{
    public static IEnumerable<KeyValuePair<string, Func<Decoder, Instruction>>> All { get; } = new Dictionary<string, Func<Decoder, Instruction>>
    {
        ["setp"] = Setp,
        ["selp"] = Selp,
        ["slct"] = Slct,
        ["and"] = decoder => Logic(decoder, (a, b) => a & b),
        ["or"] = decoder => Logic(decoder, (a, b) => a | b),
        ["xor"] = decoder => Logic(decoder, (a, b) => a ^ b),
        ["not"] = Not,
    };

    private static Instruction Logic(Decoder decoder, Func<ulong, ulong, ulong> operation)
    {
        var type = decoder.TakeType();
        if (type == PtxType.Pred)
            return new PredicateLogic(
                decoder.Destination(0, type), decoder.Predicate(1), decoder.Predicate(2), (a, b) => (uint)operation(a, b));
        return type.IsBits() ? Mapped.Binary(decoder, type, (a, b, _) => operation(a, b)) : throw decoder.Error($"it works on bits, not {type.Name()}");
    }

    private static Instruction Not(Decoder decoder)
    {
        var type = decoder.TakeType();
        if (type != PtxType.Pred) return Mapped.Unary(decoder, type, a => ~a);
        var source = decoder.Predicate(1);
        return new PredicateLogic(decoder.Destination(0, type), source, source, (a, _) => ~a);
    }

    private static PredicateTest Setp(Decoder decoder)
    {
        var comparison = decoder.TakeOneOf(
            "eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan")
            ?? throw decoder.Error("it names no comparison");
        var combine = decoder.TakeOneOf("and", "or", "xor");
        var flush = decoder.Take("ftz");
        var type = decoder.TakeType();
        var (first, second) = decoder.PairDestination(0, PtxType.Pred);
        var combination = combine is null ? null : new PredicateCombination(decoder.Predicate(3), combine switch
        {
            "and" => (a, b) => a & b,
            "or" => (a, b) => a | b,
            _ => (a, b) => a ^ b,
        });
        var holds = type.IsFloat() ? Reals(decoder, comparison, type, flush) : Integers(decoder, comparison, type);
        return new(first, second, decoder.Source(1, type), decoder.Source(2, type), holds, combination);
    }

    private static Func<ulong, ulong, bool> Reals(Decoder decoder, string comparison, PtxType type, bool flush)
    {
        if (flush) throw decoder.Error("flushed comparisons are not covered");
        var format = FloatFormat.Of(type) ?? throw decoder.Error($"it is not covered for {type.Name()}");
        Func<double, double, bool> holds = comparison switch
        {
            "eq" => (a, b) => a == b,
            "ne" => (a, b) => a != b && !double.IsNaN(a) && !double.IsNaN(b),
            "lt" => (a, b) => a < b,
            "le" => (a, b) => a <= b,
            "gt" => (a, b) => a > b,
            "ge" => (a, b) => a >= b,
            "equ" => (a, b) => a == b || double.IsNaN(a) || double.IsNaN(b),
            "neu" => (a, b) => a != b,
            "ltu" => (a, b) => !(a >= b),
            "leu" => (a, b) => !(a > b),
            "gtu" => (a, b) => !(a <= b),
            "geu" => (a, b) => !(a < b),
            "num" => (a, b) => !double.IsNaN(a) && !double.IsNaN(b),
            "nan" => (a, b) => double.IsNaN(a) || double.IsNaN(b),
            _ => throw decoder.Error($"{comparison} compares integers"),
        };
        return (a, b) => holds(format.Decode(a), format.Decode(b));
    }

    private static Func<ulong, ulong, bool> Integers(Decoder decoder, string comparison, PtxType type)
    {
        // Shifted to the top, numbers of any width compare as 64 bits do.
        var shift = 64 - 8 * type.Bytes();
        if (type.IsBits() && comparison is not ("eq" or "ne")) throw decoder.Error("bits are only compared for equality");
        if (type.IsSigned() && comparison is ("lo" or "ls" or "hi" or "hs")) throw decoder.Error($"{comparison} compares unsigned integers");
        return (comparison, type.IsSigned()) switch
        {
            ("eq", _) => (a, b) => a << shift == b << shift,
            ("ne", _) => (a, b) => a << shift != b << shift,
            ("lt", true) => (a, b) => (long)(a << shift) < (long)(b << shift),
            ("le", true) => (a, b) => (long)(a << shift) <= (long)(b << shift),
            ("gt", true) => (a, b) => (long)(a << shift) > (long)(b << shift),
            ("ge", true) => (a, b) => (long)(a << shift) >= (long)(b << shift),
            ("lt" or "lo", _) => (a, b) => a << shift < b << shift,
            ("le" or "ls", _) => (a, b) => a << shift <= b << shift,
            ("gt" or "hi", _) => (a, b) => a << shift > b << shift,
            ("ge" or "hs", _) => (a, b) => a << shift >= b << shift,
            _ => throw decoder.Error($"{comparison} compares floating-point numbers"),
        };
    }

    private static Select Selp(Decoder decoder)
    {
        var type = decoder.TakeType();
        return new(decoder.Destination(0, type), decoder.Source(1, type), decoder.Source(2, type), decoder.Predicate(3));
    }

    private static Mapped Slct(Decoder decoder)
    {
        var (type, tested) = (decoder.TakeType(), decoder.TakeType());
        return new(
            decoder.Destination(0, type), decoder.Source(1, type), decoder.Source(2, type), decoder.Source(3, tested),
            tested == PtxType.F32 ? (a, b, c) => Bits.Single(c) >= 0 ? a : b : (a, b, c) => (int)c >= 0 ? a : b);
    }
}
