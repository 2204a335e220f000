namespace Kernels.Testing.Ptx;

/// <summary>An instruction that lanes of a warp execute together: it waits until all its members have arrived.</summary>
internal abstract class WarpInstruction : Instruction
{
    /// <summary>The lanes that must arrive before <paramref name="lane"/> goes on.</summary>
    public abstract uint Members(Warp warp, int lane);

    public abstract void Execute(Warp warp, uint lanes);
}
