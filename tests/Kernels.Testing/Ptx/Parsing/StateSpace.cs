namespace Kernels.Testing.Ptx;

/// <summary>The state spaces variables live in (PTX ISA, 5.1).</summary>
internal enum StateSpace
{
    Generic,
    Global,
    Const,
    Shared,
    Local,
    Param,
}
