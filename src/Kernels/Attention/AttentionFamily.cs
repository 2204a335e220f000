using System.ComponentModel;

namespace Kernels;

/// <summary>One declared attention pattern for several head dimensions: a kernel for each, made when it is first asked for.</summary>
/// <remarks>
/// Obtained from a <c>static partial</c> property of this type that carries an <see cref="AttentionAttribute"/>. Immutable and thread-safe.
/// </remarks>
public sealed class AttentionFamily
{
    private readonly int[] _headDims;
    private readonly Lazy<AttentionKernel>[] _kernels;

    /// <summary>Called by generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public AttentionFamily(string name, int[] headDims, Func<AttentionKernel>[] kernels)
    {
        ArgumentNullException.ThrowIfNull(headDims);
        ArgumentNullException.ThrowIfNull(kernels);
        Name = name;
        _headDims = headDims;
        _kernels = Array.ConvertAll(kernels, make => new Lazy<AttentionKernel>(make));
    }

    /// <summary>Type and property, such as <c>DenseAttention.Causal</c>.</summary>
    public string Name { get; }

    /// <summary>The head dimensions declared, ascending.</summary>
    public IReadOnlyList<int> HeadDims => _headDims;

    /// <summary>The kernel for heads of <paramref name="headDim"/> channels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No kernel is declared for this head dimension.</exception>
    public AttentionKernel For(int headDim)
    {
        var index = Array.IndexOf(_headDims, headDim);
        return index >= 0
            ? _kernels[index].Value
            : throw new ArgumentOutOfRangeException(
                nameof(headDim), headDim,
                $"{Name} is declared for head dimensions {string.Join(", ", _headDims)}; declare a kernel with HeadDim = {headDim} for another.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} (d={string.Join(", ", _headDims)})";
}
