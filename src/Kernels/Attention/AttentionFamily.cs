using System.ComponentModel;

namespace Kernels;

/// <summary>One declared attention pattern for several head dimensions: a kernel for each, made when it is first asked for.</summary>
/// <remarks>
/// Obtained from a <c>static partial</c> property of this type that carries an <see cref="AttentionAttribute"/>. Immutable and thread-safe.
/// </remarks>
public sealed class AttentionFamily : KernelFamily<AttentionKernel>
{
    /// <summary>Called by generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public AttentionFamily(string name, int[] headDims, Func<AttentionKernel>[] kernels) : base(name, headDims, kernels)
    {
    }

    /// <summary>The head dimensions declared, ascending.</summary>
    public IReadOnlyList<int> HeadDims => Sizes;

    /// <summary>The kernel for heads of <paramref name="headDim"/> channels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No kernel is declared for this head dimension.</exception>
    public AttentionKernel For(int headDim) =>
        Find(headDim, nameof(headDim), "head dimensions", $"declare a kernel with HeadDim = {headDim} for another");

    /// <inheritdoc/>
    public override string ToString() => $"{Name} (d={string.Join(", ", Sizes)})";
}
