namespace Kernels.Testing.Ptx;

/// <summary>An instruction without effect here.</summary>
internal sealed class Nothing : LaneInstruction
{
    public override void Execute(Warp warp, uint lanes)
    {
    }
}
