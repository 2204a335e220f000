namespace Kernels.Testing.Ptx;

/// <summary>Computes a predicate from others: <c>and.pred</c>, <c>mov.pred</c> and the like.</summary>
internal sealed class PredicateLogic(int destination, PredicateSource a, PredicateSource b, Func<uint, uint, uint> operation) : LaneInstruction
{
    public override void Execute(Warp warp, uint lanes) => warp.SetPredicate(destination, lanes, operation(warp.Predicate(a), warp.Predicate(b)));
}
