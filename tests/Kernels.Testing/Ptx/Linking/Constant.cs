namespace Kernels.Testing.Ptx;

/// <summary>A value that instructions read like a register and none writes.</summary>
internal abstract record Constant;

/// <summary>A number, or an address known when the kernel is linked.</summary>
internal sealed record LiteralConstant(ulong Bits) : Constant;

/// <summary>A special register such as <c>%tid.x</c>.</summary>
internal sealed record SpecialConstant(string Name) : Constant;

/// <summary>The address of a variable of the module.</summary>
internal sealed record VariableConstant(Variable Variable) : Constant;
