namespace Kernels.Testing.Ptx;

/// <summary><c>brx.idx</c>: to one of several labels by an index.</summary>
internal sealed class IndexedBranch(int index) : Instruction
{
    /// <summary>Slot of the index.</summary>
    public int Index { get; } = index;

    public int[] Targets { get; set; } = [];
}
