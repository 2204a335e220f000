namespace Kernels.Testing.Ptx;

/// <summary>Data movement and fences (PTX ISA, 9.7.9 and 9.7.13).</summary>
internal static class MemoryInstructions
{
    // What these promise or ask of caches changes nothing where memory is one array.
    private static readonly string[] Hints =
    [
        "weak", "volatile", "relaxed", "acquire", "release", "cta", "gpu", "sys", "nc", "ca", "cg", "cs", "lu", "cv", "wb", "wt",
        "L1::evict_normal", "L1::evict_unchanged", "L1::evict_first", "L1::evict_last", "L1::no_allocate", "L2::64B", "L2::128B", "L2::256B",
    ];

    public static IEnumerable<KeyValuePair<string, Func<Decoder, Instruction>>> All { get; } = new Dictionary<string, Func<Decoder, Instruction>>
    {
        ["mov"] = Mov,
        ["ld"] = Ld,
        ["st"] = St,
        ["membar"] = Fence,
        ["fence"] = Fence,
        ["prefetch"] = Prefetch,
        ["atom"] = Atomic,
        ["red"] = Atomic,
    };

    private static Instruction Mov(Decoder decoder)
    {
        var type = decoder.TakeType();
        if (type == PtxType.Pred)
        {
            var predicate = decoder.Predicate(1);
            return new PredicateLogic(decoder.Destination(0, type), predicate, predicate, (a, _) => a);
        }

        var (parts, whole) = (decoder.Length(0), decoder.Length(1));
        if (parts == 1 && whole == 1) return Mapped.Decode(decoder, 1, type, Mapped<FrequentOperations.Copy>.Create);
        PtxType Element(int count) => (type.Bytes() / count) switch
        {
            1 => PtxType.B8,
            2 => PtxType.B16,
            4 => PtxType.B32,
            _ => type,
        };
        return new Move(decoder.Destinations(0, Element(parts), parts), decoder.Sources(1, Element(whole), whole), type.Bytes());
    }

    private static Load Ld(Decoder decoder)
    {
        var (space, count, type) = Access(decoder, addressIndex: 1);
        return new(space, decoder.Destinations(0, type, count, wider: true), decoder.Address(1), type);
    }

    private static Store St(Decoder decoder)
    {
        var (space, count, type) = Access(decoder, addressIndex: 0);
        return new(space, decoder.Address(0), decoder.Sources(1, type, count, wider: true), type);
    }

    private static (StateSpace Space, int Count, PtxType Type) Access(Decoder decoder, int addressIndex)
    {
        while (decoder.TakeOneOf(Hints) is not null)
        {
        }

        var space = decoder.TakeOneOf("global", "shared::cta", "shared", "local", "const", "param") switch
        {
            "global" => StateSpace.Global,
            "shared" or "shared::cta" => StateSpace.Shared,
            "local" => StateSpace.Local,
            "const" => StateSpace.Const,
            "param" => StateSpace.Param,
            _ => StateSpace.Generic,
        };
        var count = decoder.TakeOneOf("v2", "v4") switch
        {
            "v2" => 2,
            "v4" => 4,
            _ => 1,
        };
        var type = decoder.TakeType();
        if (count * type.Bytes() > 16) throw decoder.Error("an access is at most 16 bytes wide");

        // Parameters of calls are local variables here.
        if (decoder.Address(addressIndex).Variable is { } variable && variable != space)
            space = (space, variable) == (StateSpace.Param, StateSpace.Local)
                ? StateSpace.Local
                : throw decoder.Error($"the variable is in {variable.ToString().ToLowerInvariant()} memory");
        if (space is StateSpace.Shared or StateSpace.Generic) decoder.TouchShared(count * type.Bytes());
        return (space, count, type);
    }

    private static Nothing Fence(Decoder decoder)
    {
        _ = decoder.TakeOneOf("sc", "acq_rel");
        _ = decoder.TakeOneOf("cta", "gl", "gpu", "sys");
        return new();
    }

    private static Nothing Prefetch(Decoder decoder)
    {
        _ = decoder.TakeOneOf("global", "local");
        _ = decoder.TakeOneOf("L1", "L2");
        _ = decoder.Address(0);
        return new();
    }

    private static Instruction Atomic(Decoder decoder) => throw decoder.Error("atomics are forbidden: their order, and so the result, would be chance");
}
