namespace Kernels.Testing.Ptx;

/// <summary>An operation on up to three registers that is compiled into the loop over lanes.</summary>
internal interface IOperation
{
    static abstract ulong Apply(ulong a, ulong b, ulong c);
}
