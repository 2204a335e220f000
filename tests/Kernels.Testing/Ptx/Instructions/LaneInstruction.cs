namespace Kernels.Testing.Ptx;

/// <summary>An instruction that lanes execute each on their own.</summary>
internal abstract class LaneInstruction : Instruction
{
    public abstract void Execute(Warp warp, uint lanes);
}
