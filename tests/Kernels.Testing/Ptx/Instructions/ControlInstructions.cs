namespace Kernels.Testing.Ptx;

/// <summary>Control flow and barriers (PTX ISA, 9.7.12 and 9.7.13).</summary>
internal static class ControlInstructions
{
    public static IEnumerable<KeyValuePair<string, Func<Decoder, Instruction>>> All { get; } = new Dictionary<string, Func<Decoder, Instruction>>
    {
        ["bra"] = Bra,
        ["brx"] = Brx,
        ["ret"] = End,
        ["exit"] = End,
        ["bar"] = Bar,
        ["barrier"] = Bar,
    };

    // .uni promises that all lanes take the branch; the promise is not needed here.
    private static Branch Bra(Decoder decoder)
    {
        _ = decoder.Take("uni");
        return decoder.To(0, new Branch());
    }

    private static IndexedBranch Brx(Decoder decoder)
    {
        decoder.Require("idx");
        _ = decoder.Take("uni");
        return decoder.ToOneOf(1, new IndexedBranch(decoder.Source(0, PtxType.U32)));
    }

    private static Return End(Decoder decoder)
    {
        _ = decoder.Take("uni");
        return new();
    }

    private static Instruction Bar(Decoder decoder)
    {
        _ = decoder.Take("cta");
        _ = decoder.Take("aligned");
        if (decoder.Take("warp"))
        {
            decoder.Require("sync");
            return new WarpBarrier(decoder.Source(0, PtxType.B32));
        }

        if (decoder.Take("sync")) return new Barrier(decoder.Source(0, PtxType.U32), decoder.OperandCount > 1 ? decoder.Source(1, PtxType.U32) : null, null);
        decoder.Require("red");
        Func<int, int, uint> combine = decoder.TakeOneOf("popc", "and", "or") switch
        {
            "popc" => (trues, _) => (uint)trues,
            "and" => (trues, all) => trues == all ? 1u : 0,
            "or" => (trues, _) => trues > 0 ? 1u : 0,
            _ => throw decoder.Error("it names no reduction"),
        };
        var type = decoder.TakeType();
        var last = decoder.OperandCount - 1;
        return new Barrier(
            decoder.Source(1, PtxType.U32), last > 2 ? decoder.Source(2, PtxType.U32) : null,
            new BarrierReduction(decoder.Destination(0, type), type == PtxType.Pred, decoder.Predicate(last), combine));
    }
}
