using System.ComponentModel;

namespace Kernels;

/// <summary>One declared convolution for every size of groups: a kernel for each, made when it is first asked for.</summary>
/// <remarks>
/// Obtained from a <c>static partial</c> property of this type that carries a <see cref="GroupConvolutionAttribute"/>. Immutable and thread-safe.
/// </remarks>
public sealed class ConvolutionFamily : KernelFamily<ConvolutionKernel>
{
    /// <summary>Called by generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ConvolutionFamily(string name, int[] groupRows, Func<ConvolutionKernel>[] kernels) : base(name, groupRows, kernels)
    {
    }

    /// <summary>The outputs of a group there are kernels for, ascending.</summary>
    public IReadOnlyList<int> GroupRows => Sizes;

    /// <summary>The kernel for groups of <paramref name="groupRows"/> outputs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none for groups of this size.</exception>
    public ConvolutionKernel For(int groupRows) => Find(groupRows, nameof(groupRows), "groups of", "split the groups into such");

    /// <inheritdoc/>
    public override string ToString() => $"{Name} (groups of {string.Join(", ", Sizes)})";
}
