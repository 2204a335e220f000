namespace Kernels.Testing.Ptx;

/// <summary>Compares two registers and combines the outcome with another predicate: <c>setp</c>, <c>testp</c>.</summary>
/// <param name="first">Predicate that becomes the outcome.</param>
/// <param name="second">Predicate that becomes the opposite outcome, if any.</param>
/// <param name="a">First source.</param>
/// <param name="b">Second source.</param>
/// <param name="holds">The comparison.</param>
/// <param name="combination">What the outcomes are combined with, if anything.</param>
internal sealed unsafe class PredicateTest(
    int first, int? second, int a, int b, Func<ulong, ulong, bool> holds, PredicateCombination? combination) : LaneInstruction
{
    public override void Execute(Warp warp, uint lanes)
    {
        ulong* x = warp.Register(a), y = warp.Register(b);
        var outcome = 0u;
        for (var lane = 0; lane < Warp.Lanes; lane++)
            if ((lanes >> lane & 1) != 0 && holds(x[lane], y[lane])) outcome |= 1u << lane;
        var other = combination is null ? 0 : warp.Predicate(combination.Source);
        uint Combined(uint value) => combination is null ? value : combination.Combine(value, other);
        warp.SetPredicate(first, lanes, Combined(outcome));
        if (second is { } slot) warp.SetPredicate(slot, lanes, Combined(~outcome));
    }
}
