using ILGPU;

namespace Kernels;

/// <summary>Where the keys of a launch are.</summary>
/// <param name="Rows">The buffer of keys.</param>
/// <param name="Pages">The pages of the launch's sequence; a dummy where rows are consecutive.</param>
internal readonly record struct KeyMemory<TKey>(ArrayView<TKey> Rows, ArrayView<int> Pages) where TKey : unmanaged;
