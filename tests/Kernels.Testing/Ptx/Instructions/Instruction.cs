namespace Kernels.Testing.Ptx;

/// <summary>A decoded instruction.</summary>
internal abstract class Instruction
{
    public int Line { get; set; }

    /// <summary>The predicate that lets lanes take part.</summary>
    public int Guard { get; set; } = Predicates.True;

    /// <summary>All bits set where the guard is negated.</summary>
    public uint GuardFlip { get; set; }
}
