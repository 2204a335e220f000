namespace Kernels.Testing.Ptx;

/// <summary><c>bra</c>.</summary>
internal sealed class Branch : Instruction
{
    public int Target { get; set; }
}
