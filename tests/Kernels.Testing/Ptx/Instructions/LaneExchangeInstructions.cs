using System.Numerics;

namespace Kernels.Testing.Ptx;

/// <summary>Shuffles, votes and reductions within a warp (PTX ISA, 9.7.9 and 9.7.13).</summary>
internal static unsafe class LaneExchangeInstructions
{
    public static IEnumerable<KeyValuePair<string, Func<Decoder, Instruction>>> All { get; } = new Dictionary<string, Func<Decoder, Instruction>>
    {
        ["shfl"] = Shfl,
        ["vote"] = Vote,
        ["redux"] = Redux,
        ["activemask"] = decoder =>
        {
            decoder.Require("b32");
            return new ActiveMask(decoder.Destination(0, PtxType.B32));
        },
    };

    private static LaneExchange Shfl(Decoder decoder)
    {
        decoder.Require("sync");
        var mode = decoder.TakeOneOf("up", "down", "bfly", "idx") ?? throw decoder.Error("it names no mode");
        decoder.Require("b32");
        var (destination, valid) = decoder.PairDestination(0, PtxType.B32);
        var (source, b, c) = (decoder.Source(1, PtxType.B32), decoder.Source(2, PtxType.U32), decoder.Source(3, PtxType.U32));
        return new(decoder.Source(4, PtxType.U32), (warp, lanes) =>
        {
            var values = stackalloc ulong[Warp.Lanes];
            var inRange = 0u;
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                if ((lanes >> lane & 1) == 0) continue;
                var (amount, clamp) = ((int)(warp.Register(b)[lane] & 31), (int)warp.Register(c)[lane]);
                var segment = clamp >> 8 & 31;
                var (first, bound) = (lane & segment, lane & segment | clamp & 31 & ~segment);
                var (from, isValid) = mode switch
                {
                    "up" => (lane - amount, lane - amount >= bound),
                    "down" => (lane + amount, lane + amount <= bound),
                    "bfly" => (lane ^ amount, (lane ^ amount) <= bound),
                    _ => (first | amount & ~segment, (first | amount & ~segment) <= bound),
                };
                if (!isValid) from = lane;
                if ((lanes >> from & 1) == 0) throw new Fault(lane, $"shfl reads lane {from}, which does not take part");
                values[lane] = warp.Register(source)[from];
                if (isValid) inRange |= 1u << lane;
            }

            for (var lane = 0; lane < Warp.Lanes; lane++)
                if ((lanes >> lane & 1) != 0) warp.Register(destination)[lane] = values[lane];
            if (valid is { } predicate) warp.SetPredicate(predicate, lanes, inRange);
        });
    }

    private static LaneExchange Vote(Decoder decoder)
    {
        decoder.Require("sync");
        var mode = decoder.TakeOneOf("all", "any", "uni", "ballot") ?? throw decoder.Error("it names no mode");
        var type = decoder.TakeType();
        var (destination, source) = (decoder.Destination(0, type), decoder.Predicate(1));
        return new(decoder.Source(2, PtxType.U32), (warp, lanes) =>
        {
            var votes = warp.Predicate(source) & lanes;
            if (mode == "ballot") Fill(warp, lanes, destination, votes);
            else
                warp.SetPredicate(destination, lanes, mode switch
                {
                    "all" => votes == lanes,
                    "any" => votes != 0,
                    _ => votes == lanes || votes == 0,
                } ? uint.MaxValue : 0);
        });
    }

    private static LaneExchange Redux(Decoder decoder)
    {
        decoder.Require("sync");
        var operation = decoder.TakeOneOf("add", "min", "max", "and", "or", "xor") ?? throw decoder.Error("it names no operation");
        var type = decoder.TakeType();
        var (destination, source) = (decoder.Destination(0, type), decoder.Source(1, type));
        Func<long, long, long> combine = operation switch
        {
            "add" => (a, b) => a + b,
            "min" => Math.Min,
            "max" => Math.Max,
            "and" => (a, b) => a & b,
            "or" => (a, b) => a | b,
            _ => (a, b) => a ^ b,
        };
        return new(decoder.Source(2, PtxType.U32), (warp, lanes) =>
        {
            long Value(int lane) => (long)Bits.Extend(warp.Register(source)[lane], type);
            var result = Value(BitOperations.TrailingZeroCount(lanes));
            for (var rest = lanes & lanes - 1; rest != 0; rest &= rest - 1) result = combine(result, Value(BitOperations.TrailingZeroCount(rest)));
            Fill(warp, lanes, destination, (ulong)result);
        });
    }

    private static void Fill(Warp warp, uint lanes, int destination, ulong value)
    {
        for (var lane = 0; lane < Warp.Lanes; lane++)
            if ((lanes >> lane & 1) != 0) warp.Register(destination)[lane] = value;
    }

    private sealed class ActiveMask(int destination) : LaneInstruction
    {
        public override void Execute(Warp warp, uint lanes) => Fill(warp, lanes, destination, lanes);
    }
}
