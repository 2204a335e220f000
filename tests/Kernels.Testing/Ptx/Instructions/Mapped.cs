namespace Kernels.Testing.Ptx;

/// <summary>Computes a register from up to three others, lane by lane.</summary>
/// <remarks>Bits of a register above its width may hold anything; whoever reads it cuts it to the width it works on.</remarks>
internal sealed unsafe class Mapped(int destination, int a, int b, int c, Func<ulong, ulong, ulong, ulong> operation) : LaneInstruction
{
    public override void Execute(Warp warp, uint lanes)
    {
        ulong* d = warp.Register(destination), x = warp.Register(a), y = warp.Register(b), z = warp.Register(c);
        if (lanes == uint.MaxValue)
            for (var lane = 0; lane < Warp.Lanes; lane++) d[lane] = operation(x[lane], y[lane], z[lane]);
        else
            for (var lane = 0; lane < Warp.Lanes; lane++)
                if ((lanes >> lane & 1) != 0) d[lane] = operation(x[lane], y[lane], z[lane]);
    }

    public static Mapped Unary(Decoder decoder, PtxType type, Func<ulong, ulong> operation)
    {
        var source = decoder.Source(1, type);
        return new(decoder.Destination(0, type), source, source, source, (x, _, _) => operation(x));
    }

    public static Mapped Binary(Decoder decoder, PtxType type, Func<ulong, ulong, ulong, ulong> operation)
    {
        var source = decoder.Source(1, type);
        return new(decoder.Destination(0, type), source, decoder.Source(2, type), source, operation);
    }

    public static Mapped Ternary(Decoder decoder, PtxType type, Func<ulong, ulong, ulong, ulong> operation) =>
        new(decoder.Destination(0, type), decoder.Source(1, type), decoder.Source(2, type), decoder.Source(3, type), operation);
}
