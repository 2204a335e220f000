using Kernels.Catalog;

namespace Kernels.Models;

/// <summary>A way of storing the projections of a model. The head and the embeddings always stay dense.</summary>
public sealed record WeightMethod
{
    /// <summary>Every weight.</summary>
    public static WeightMethod Dense { get; } = new()
    {
        Name = "dense",
        Description = "every weight, in the storage type of the file",
        Projection = Projections.Dense,
    };

    /// <summary>2:4 by magnitude.</summary>
    public static WeightMethod TwoOfFour { get; } = new()
    {
        Name = "2:4",
        Description = "of every four neighbouring inputs the two of largest magnitude; the head and the embeddings stay dense",
        Projection = Projections.TwoOfFour,
    };

    /// <summary>The methods that have names on command lines.</summary>
    public static IReadOnlyList<WeightMethod> All { get; } = [Dense, TwoOfFour];

    /// <summary>Name on command lines.</summary>
    public required string Name { get; init; }

    /// <summary>What is stored, for people.</summary>
    public required string Description { get; init; }

    /// <summary>The product, without an epilogue, that projections are run with.</summary>
    public required MatMulKernel Projection { get; init; }

    /// <summary>The method called <paramref name="name"/>.</summary>
    /// <exception cref="ModelException">There is none.</exception>
    public static WeightMethod Find(string name) =>
        All.FirstOrDefault(method => method.Name == name)
        ?? throw new ModelException("weights", "method", name, $"the methods are {string.Join(", ", All.Select(method => method.Name))}", "Name one of these.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
