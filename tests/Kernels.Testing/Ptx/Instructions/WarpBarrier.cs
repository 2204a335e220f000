namespace Kernels.Testing.Ptx;

/// <summary><c>bar.warp.sync</c>: lanes wait for each other, and what they did to memory before is ordered.</summary>
/// <param name="members">Slot of the mask of lanes.</param>
/// <remarks>A barrier of some lanes of a warp orders nothing for the race check, which may thus report a race that is none.</remarks>
internal sealed unsafe class WarpBarrier(int members) : WarpInstruction
{
    public override uint Members(Warp warp, int lane) => (uint)warp.Register(members)[lane];

    public override void Execute(Warp warp, uint lanes)
    {
        if (lanes == warp.Live) warp.Synchronize();
    }
}
