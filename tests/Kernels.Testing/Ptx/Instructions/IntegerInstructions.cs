using System.Numerics;

namespace Kernels.Testing.Ptx;

/// <summary>Integers and bits (PTX ISA, 9.7.1 and 9.7.8); those that also exist for floating point are in <see cref="ArithmeticInstructions"/>.</summary>
internal static class IntegerInstructions
{
    public static IEnumerable<KeyValuePair<string, Func<Decoder, Instruction>>> All { get; } = new Dictionary<string, Func<Decoder, Instruction>>
    {
        ["mad"] = Mad,
        ["rem"] = decoder => Divide(decoder, remainder: true),
        ["shl"] = ShiftLeft,
        ["shr"] = decoder => Typed(decoder, type => Shift(decoder, type, ShiftRight)),
        ["popc"] = decoder => Count(decoder, bits => (uint)BitOperations.PopCount(bits)),
        ["clz"] = Clz,
        ["brev"] = decoder => Mapped.Unary(decoder, decoder.TakeType(), bits => Reverse((uint)bits)),
        ["bfind"] = Bfind,
        ["bfe"] = Bfe,
        ["bfi"] = Bfi,
        ["cnot"] = decoder => Typed(decoder, type => Mapped.Unary(decoder, type, bits => Bits.Unsigned(bits, type.Bytes()) == 0 ? 1u : 0u)),
        ["lop3"] = Lop3,
        ["shf"] = Shf,
        ["prmt"] = Prmt,
        ["dp4a"] = Dp4a,
    };

    public static Instruction Divide(Decoder decoder, bool remainder) => Typed(decoder, type => Mapped.Binary(decoder, type, (a, b, _) =>
    {
        var (x, y) = (Bits.Extend(a, type), Bits.Extend(b, type));

        // Division by zero gives a value of the machine's choosing; all bits set is what GPUs return.
        if (y == 0) return remainder ? x : ulong.MaxValue;
        if (!type.IsSigned()) return remainder ? x % y : x / y;
        if ((long)y == -1) return remainder ? 0 : 0 - x;
        return (ulong)(remainder ? (long)x % (long)y : (long)x / (long)y);
    }));

    public static Instruction Multiply(Decoder decoder, string part)
    {
        if (part == "lo") return Typed(decoder, type => Mapped.Decode(decoder, 2, type, Mapped<FrequentOperations.MultiplyLow>.Create));
        if (part == "hi") return Typed(decoder, type => Mapped.Binary(decoder, type, (a, b, _) => High(a, b, type)));
        var narrow = decoder.TakeType();
        var (product, x, y) = (decoder.Destination(0, Wide(decoder, narrow)), decoder.Source(1, narrow), decoder.Source(2, narrow));
        return narrow == PtxType.U32
            ? Mapped<FrequentOperations.MultiplyWide>.Create(product, x, y, x)
            : new Mapped(product, x, y, x, (a, b, _) => Bits.Extend(a, narrow) * Bits.Extend(b, narrow));
    }

    private static LaneInstruction Mad(Decoder decoder)
    {
        if (decoder.Take("lo")) return Typed(decoder, type => Mapped.Decode(decoder, 3, type, Mapped<FrequentOperations.MultiplyAddLow>.Create));
        if (decoder.Take("hi")) return Typed(decoder, type => Mapped.Ternary(decoder, type, (a, b, c) => High(a, b, type) + c));
        decoder.Require("wide");
        var narrow = decoder.TakeType();
        var wide = Wide(decoder, narrow);
        return new Mapped(
            decoder.Destination(0, wide), decoder.Source(1, narrow), decoder.Source(2, narrow), decoder.Source(3, wide),
            (a, b, c) => Bits.Extend(a, narrow) * Bits.Extend(b, narrow) + c);
    }

    private static ulong High(ulong a, ulong b, PtxType type)
    {
        var (x, y) = (Bits.Extend(a, type), Bits.Extend(b, type));
        var product = type.IsSigned() ? (Int128)(long)x * (long)y : (Int128)((UInt128)x * y);
        return (ulong)(product >> 8 * type.Bytes());
    }

    private static PtxType Wide(Decoder decoder, PtxType narrow) => narrow switch
    {
        PtxType.U16 => PtxType.U32,
        PtxType.S16 => PtxType.S32,
        PtxType.U32 => PtxType.U64,
        PtxType.S32 => PtxType.S64,
        _ => throw decoder.Error($"{narrow.Name()} has no wide product"),
    };

    private static LaneInstruction ShiftLeft(Decoder decoder) => Typed(decoder, type => type.Bytes() == 4
        ? Mapped<FrequentOperations.ShiftLeft>.Create(
            decoder.Destination(0, type), decoder.Source(1, type), decoder.Source(2, PtxType.U32), decoder.Source(1, type))
        : Shift(decoder, type, (bits, _, amount, width) => amount >= width ? 0 : bits << amount));

    private static LaneInstruction Shift(Decoder decoder, PtxType type, Func<ulong, PtxType, int, int, ulong> shift)
    {
        var source = decoder.Source(1, type);
        var width = 8 * type.Bytes();
        return new Mapped(
            decoder.Destination(0, type), source, decoder.Source(2, PtxType.U32), source,
            (a, b, _) => shift(a, type, (int)Math.Min((uint)b, (uint)width), width));
    }

    private static ulong ShiftRight(ulong bits, PtxType type, int amount, int width) => type.IsSigned()
        ? (ulong)(Bits.Signed(bits, width / 8) >> Math.Min(amount, width - 1))
        : amount >= width ? 0 : Bits.Unsigned(bits, width / 8) >> amount;

    private static LaneInstruction Count(Decoder decoder, Func<ulong, uint> count) => Typed(decoder, type =>
    {
        var source = decoder.Source(1, type);
        return new Mapped(decoder.Destination(0, PtxType.U32), source, source, source, (a, _, _) => count(Bits.Unsigned(a, type.Bytes())));
    });

    private static Mapped Clz(Decoder decoder)
    {
        var type = decoder.TakeType();
        var source = decoder.Source(1, type);
        return new(
            decoder.Destination(0, PtxType.U32), source, source, source,
            (a, _, _) => (ulong)(BitOperations.LeadingZeroCount(Bits.Unsigned(a, type.Bytes())) - 64 + 8 * type.Bytes()));
    }

    private static Mapped Bfind(Decoder decoder)
    {
        var shiftAmount = decoder.Take("shiftamt");
        var type = decoder.TakeType();
        var source = decoder.Source(1, type);
        return new(decoder.Destination(0, PtxType.U32), source, source, source, (a, _, _) =>
        {
            var bits = Bits.Extend(a, type);
            if (type.IsSigned() && (long)bits < 0) bits = ~bits;
            if (bits == 0) return uint.MaxValue;
            var position = BitOperations.Log2(bits);
            return (ulong)(shiftAmount ? 8 * type.Bytes() - 1 - position : position);
        });
    }

    private static uint Reverse(uint bits)
    {
        var reversed = 0u;
        for (var i = 0; i < 32; i++) reversed |= (bits >> i & 1) << 31 - i;
        return reversed;
    }

    private static Mapped Bfe(Decoder decoder)
    {
        var type = decoder.TakeType();
        return new(
            decoder.Destination(0, type), decoder.Source(1, type), decoder.Source(2, PtxType.U32), decoder.Source(3, PtxType.U32), (a, b, c) =>
            {
                var (at, length, last) = ((int)(b & 0xFF), (int)(c & 0xFF), 8 * type.Bytes() - 1);
                var bits = Bits.Unsigned(a, type.Bytes());
                var field = at > last ? 0 : bits >> at;
                if (length < 64) field &= (1UL << length) - 1;
                if (!type.IsSigned() || length == 0) return field;

                // The sign is the field's highest bit, or the operand's where the field reaches beyond it.
                var sign = Math.Min(at + length - 1, last);
                return (bits >> sign & 1) != 0 && length < 64 ? field | ulong.MaxValue << Math.Max(0, Math.Min(length, last + 1 - at)) : field;
            });
    }

    private static BitFieldInsert Bfi(Decoder decoder)
    {
        var type = decoder.TakeType();
        return new(
            decoder.Destination(0, type), decoder.Source(1, type), decoder.Source(2, type), decoder.Source(3, PtxType.U32), decoder.Source(4, PtxType.U32),
            8 * type.Bytes());
    }

    private static Mapped Lop3(Decoder decoder)
    {
        var table = (int)decoder.Immediate(4);
        return Mapped.Ternary(decoder, decoder.TakeType(), (a, b, c) =>
        {
            ulong result = 0;
            for (var row = 0; row < 8; row++)
                if ((table >> row & 1) != 0)
                    result |= ((row & 4) != 0 ? a : ~a) & ((row & 2) != 0 ? b : ~b) & ((row & 1) != 0 ? c : ~c);
            return result;
        });
    }

    private static Mapped Shf(Decoder decoder)
    {
        var left = decoder.TakeOneOf("l", "r") == "l";
        var clamp = decoder.TakeOneOf("clamp", "wrap") == "clamp";
        decoder.Require("b32");
        return new(
            decoder.Destination(0, PtxType.B32), decoder.Source(1, PtxType.B32), decoder.Source(2, PtxType.B32), decoder.Source(3, PtxType.U32), (a, b, c) =>
            {
                var amount = (int)(clamp ? Math.Min((uint)c, 32) : c & 31);
                var both = (b & uint.MaxValue) << 32 | (uint)a;
                return left ? both << amount >> 32 : both >> amount;
            });
    }

    private static Mapped Prmt(Decoder decoder)
    {
        decoder.Require("b32");
        var mode = decoder.TakeOneOf("f4e", "b4e", "rc8", "ecl", "ecr", "rc16");
        return Mapped.Ternary(decoder, PtxType.B32, (a, b, c) =>
        {
            var bytes = (b & uint.MaxValue) << 32 | (uint)a;
            ulong result = 0;
            for (var i = 0; i < 4; i++)
            {
                var at = (int)(c & 3);
                var selector = mode switch
                {
                    null => (int)(c >> 4 * i) & 15,
                    "f4e" => at + i,
                    "b4e" => at - i & 7,
                    "rc8" => at,
                    "ecl" => Math.Max(at, i),
                    "ecr" => Math.Min(at, i),
                    _ => 2 * (at & 1) + (i & 1),
                };
                var value = bytes >> 8 * (selector & 7) & 0xFF;
                if ((selector & 8) != 0) value = (value & 0x80) != 0 ? 0xFFu : 0;
                result |= value << 8 * i;
            }

            return result;
        });
    }

    private static Mapped Dp4a(Decoder decoder)
    {
        var (first, second) = (decoder.TakeType(), decoder.TakeType());
        var sum = first == PtxType.U32 && second == PtxType.U32 ? PtxType.U32 : PtxType.S32;
        return new(decoder.Destination(0, sum), decoder.Source(1, PtxType.B32), decoder.Source(2, PtxType.B32), decoder.Source(3, sum), (a, b, c) =>
        {
            long Byte(ulong bits, int i, PtxType type) => type.IsSigned() ? (sbyte)(bits >> 8 * i) : (byte)(bits >> 8 * i);
            return (ulong)((long)c + Enumerable.Range(0, 4).Sum(i => Byte(a, i, first) * Byte(b, i, second)));
        });
    }

    private static LaneInstruction Typed(Decoder decoder, Func<PtxType, LaneInstruction> decode)
    {
        var type = decoder.TakeType();
        return type.IsFloat() || type == PtxType.Pred ? throw decoder.Error($"it is not covered for {type.Name()}") : decode(type);
    }
}
