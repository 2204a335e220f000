namespace Kernels.Testing.Ptx;

/// <summary>Computes something for every lane from the registers of all: shuffles, votes and reductions.</summary>
/// <param name="members">Slot of the mask of lanes that take part.</param>
/// <param name="exchange">Called with the warp and the lanes.</param>
internal sealed unsafe class LaneExchange(int members, Action<Warp, uint> exchange) : WarpInstruction
{
    public override uint Members(Warp warp, int lane) => (uint)warp.Register(members)[lane];

    public override void Execute(Warp warp, uint lanes) => exchange(warp, lanes);
}
