namespace Kernels;

/// <summary>One declaration for several sizes: a kernel for each, made when it is first asked for.</summary>
/// <typeparam name="TKernel">A declared kernel.</typeparam>
public abstract class KernelFamily<TKernel>
{
    private readonly int[] _sizes;
    private readonly Lazy<TKernel>[] _kernels;

    private protected KernelFamily(string name, int[] sizes, Func<TKernel>[] kernels)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(kernels);
        Name = name;
        _sizes = sizes;
        _kernels = Array.ConvertAll(kernels, make => new Lazy<TKernel>(make));
    }

    /// <summary>Type and property, such as <c>DenseAttention.Causal</c>.</summary>
    public string Name { get; }

    /// <summary>The sizes declared, ascending.</summary>
    private protected IReadOnlyList<int> Sizes => _sizes;

    /// <summary>The kernel of <paramref name="size"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">None is declared.</exception>
    private protected TKernel Find(int size, string argument, string sizes, string remedy)
    {
        var index = Array.IndexOf(_sizes, size);
        return index >= 0
            ? _kernels[index].Value
            : throw new ArgumentOutOfRangeException(argument, size, $"{Name} is declared for {sizes} {string.Join(", ", _sizes)}; {remedy}.");
    }
}
