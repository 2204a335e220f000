namespace Kernels.Testing.Ptx;

/// <summary><c>selp</c>: one of two registers by a predicate.</summary>
internal sealed unsafe class Select(int destination, int a, int b, PredicateSource condition) : LaneInstruction
{
    public override void Execute(Warp warp, uint lanes)
    {
        ulong* d = warp.Register(destination), x = warp.Register(a), y = warp.Register(b);
        var first = warp.Predicate(condition);
        for (var lane = 0; lane < Warp.Lanes; lane++)
            if ((lanes >> lane & 1) != 0) d[lane] = (first >> lane & 1) != 0 ? x[lane] : y[lane];
    }
}
