using System.Runtime.CompilerServices;

namespace Kernels.Testing.Ptx;

/// <summary>Computes a register from up to three others, lane by lane.</summary>
/// <remarks>Bits of a register above its width may hold anything; whoever reads it cuts it to the width it works on.</remarks>
internal sealed unsafe class Mapped(int destination, int a, int b, int c, Func<ulong, ulong, ulong, ulong> operation) : LaneInstruction
{
    public override void Execute(Warp warp, uint lanes)
    {
        ulong* d = warp.Register(destination), x = warp.Register(a), y = warp.Register(b), z = warp.Register(c);
        for (var lane = 0; lane < Warp.Lanes; lane++)
            if ((lanes >> lane & 1) != 0) d[lane] = operation(x[lane], y[lane], z[lane]);
    }

    public static Mapped Unary(Decoder decoder, PtxType type, Func<ulong, ulong> operation) =>
        Decode(decoder, 1, type, (d, a, b, c) => new Mapped(d, a, b, c, (x, _, _) => operation(x)));

    public static Mapped Binary(Decoder decoder, PtxType type, Func<ulong, ulong, ulong, ulong> operation) =>
        Decode(decoder, 2, type, (d, a, b, c) => new Mapped(d, a, b, c, operation));

    public static Mapped Ternary(Decoder decoder, PtxType type, Func<ulong, ulong, ulong, ulong> operation) =>
        Decode(decoder, 3, type, (d, a, b, c) => new Mapped(d, a, b, c, operation));

    /// <summary>Decodes <paramref name="sources"/> sources and a destination, all of one type.</summary>
    public static T Decode<T>(Decoder decoder, int sources, PtxType type, Func<int, int, int, int, T> create)
    {
        var a = decoder.Source(1, type);
        var b = sources > 1 ? decoder.Source(2, type) : a;
        return create(decoder.Destination(0, type), a, b, sources > 2 ? decoder.Source(3, type) : a);
    }
}

/// <summary><see cref="Mapped"/> for one operation known to the compiler.</summary>
internal sealed unsafe class Mapped<TOperation>(int destination, int a, int b, int c) : LaneInstruction where TOperation : struct, IOperation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp warp, uint lanes)
    {
        ulong* d = warp.Register(destination), x = warp.Register(a), y = warp.Register(b), z = warp.Register(c);
        if (lanes == uint.MaxValue)
            for (var lane = 0; lane < Warp.Lanes; lane++) d[lane] = TOperation.Apply(x[lane], y[lane], z[lane]);
        else
            for (var lane = 0; lane < Warp.Lanes; lane++)
                if ((lanes >> lane & 1) != 0) d[lane] = TOperation.Apply(x[lane], y[lane], z[lane]);
    }

    public static LaneInstruction Create(int destination, int a, int b, int c) => new Mapped<TOperation>(destination, a, b, c);
}
