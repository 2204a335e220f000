namespace Kernels.Testing.Ptx;

/// <summary>Asynchronous copies (PTX ISA, 9.7.9: cp.async).</summary>
internal static class AsyncCopyInstructions
{
    public static IEnumerable<KeyValuePair<string, Func<Decoder, Instruction>>> All { get; } = new Dictionary<string, Func<Decoder, Instruction>>
    {
        ["cp"] = Cp,
    };

    private static Instruction Cp(Decoder decoder)
    {
        decoder.Require("async");
        if (decoder.Take("commit_group")) return new AsyncCopyWait(commit: true, remaining: null);
        if (decoder.Take("wait_all")) return new AsyncCopyWait(commit: true, remaining: 0);
        if (decoder.Take("wait_group")) return new AsyncCopyWait(commit: false, remaining: checked((int)decoder.Immediate(0)));

        var cache = decoder.TakeOneOf("ca", "cg") ?? throw decoder.Error("it names neither .ca nor .cg");
        if (decoder.TakeOneOf("shared", "shared::cta") is null) throw decoder.Error("it copies to shared memory");
        decoder.Require("global");
        _ = decoder.TakeOneOf("L2::64B", "L2::128B", "L2::256B");
        var bytes = (int)decoder.Immediate(2);
        if (cache == "cg" ? bytes != 16 : bytes is not (4 or 8 or 16))
            throw decoder.Error($".{cache} copies {(cache == "cg" ? "16" : "4, 8 or 16")} bytes, not {bytes}");
        decoder.TouchShared(bytes);
        if (decoder.OperandCount < 4) return new AsyncCopy(decoder.Address(0), decoder.Address(1), bytes, null, null);
        return decoder.IsPredicate(3)
            ? new AsyncCopy(decoder.Address(0), decoder.Address(1), bytes, null, decoder.Predicate(3))
            : new AsyncCopy(decoder.Address(0), decoder.Address(1), bytes, decoder.Source(3, PtxType.U32), null);
    }
}
