namespace Kernels.Testing.Ptx;

/// <summary>The end of a thread.</summary>
internal sealed class Return : Instruction;
