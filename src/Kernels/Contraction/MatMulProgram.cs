using System.ComponentModel;

namespace Kernels;

/// <summary>One lowering of a declared product; generated code derives from the families below it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class MatMulProgram : KernelProgram<MatMulDeclaration, MatMulShape, MatMulPlan>
{
    /// <summary>Packs weights for this lowering, keeping their storage type or converting to <paramref name="type"/>.</summary>
    public abstract PackedWeights Pack(Device device, MatMulDeclaration declaration, HostMatrix source, ElementType type);

    /// <summary>New weights with <paramref name="source"/> packed into them, or disposed where it cannot be.</summary>
    private protected static PackedWeights Filled(PackedWeights weights, HostMatrix source)
    {
        try
        {
            weights.Repack(source);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }
}
