namespace Kernels.Testing.Ptx;

/// <summary>What a name stands for.</summary>
internal abstract record Symbol;

/// <summary>A register; predicates are numbered apart from the others.</summary>
internal sealed record RegisterSymbol(int Slot, PtxType Type) : Symbol;

/// <summary>A variable at a fixed address of its space; one of the module gets its address at launch.</summary>
internal sealed record MemorySymbol(StateSpace Space, ulong Address, Variable Variable) : Symbol;

/// <summary>A place in the code; <see cref="Target"/> is known once the function is linked.</summary>
internal sealed record LabelSymbol : Symbol
{
    public int Target { get; set; } = -1;
}

/// <summary>The targets of an indexed branch.</summary>
internal sealed record TargetsSymbol(IReadOnlyList<LabelSymbol> Labels) : Symbol;
