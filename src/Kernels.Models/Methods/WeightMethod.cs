using Kernels.Catalog;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>A way of storing the projections of a model. The head and the embeddings always stay dense.</summary>
public sealed record WeightMethod
{
    /// <summary>As the file stores them: dense, 2:4, groups or single weights, in its types and integers.</summary>
    public static WeightMethod Stored { get; } = new()
    {
        Name = "stored",
        Description = "as the file stores them: dense, 2:4, groups, blocks or single weights, in its types and integers",
        Use = AsStored,
    };

    /// <summary>Every weight.</summary>
    public static WeightMethod Dense { get; } = Of("dense", "every weight, in the storage type of the file", Projections.Dense);

    /// <summary>2:4 by magnitude.</summary>
    public static WeightMethod TwoOfFour { get; } = Of(
        "2:4", "of every four neighbouring inputs the two of largest magnitude; the head and the embeddings stay dense", Projections.TwoOfFour);

    /// <summary>The methods that have names on command lines.</summary>
    public static IReadOnlyList<WeightMethod> All { get; } =
    [
        Stored, Dense, TwoOfFour,
        Of("int8", "every weight as an integer of 8 bits, scaled by groups of 128 inputs", Projections.Dense, ElementType.Int8),
        Of("int4", "every weight as an integer of 4 bits, scaled by groups of 128 inputs", Projections.Dense, ElementType.Int4),
        Of("2:4-int8", "2:4 by magnitude, as integers of 8 bits", Projections.TwoOfFour, ElementType.Int8),
        Of("2:4-int4", "2:4 by magnitude, as integers of 4 bits", Projections.TwoOfFour, ElementType.Int4),
    ];

    /// <summary>Name on command lines.</summary>
    public required string Name { get; init; }

    /// <summary>What is stored, for people.</summary>
    public required string Description { get; init; }

    /// <summary>How a projection is used: its kernel, without an epilogue, and its storage.</summary>
    public required Func<Weight, WeightUse> Use { get; init; }

    /// <summary>Whether the weights a run multiplies by are those of the file.</summary>
    public bool KeepsWeights => this == Stored || this == Dense;

    /// <summary>The method called <paramref name="name"/>.</summary>
    /// <exception cref="ModelException">There is none.</exception>
    public static WeightMethod Find(string name) =>
        All.FirstOrDefault(method => method.Name == name)
        ?? throw new ModelException("weights", "method", name, $"the methods are {string.Join(", ", All.Select(method => method.Name))}", "Name one of these.");

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static WeightMethod Of(string name, string description, MatMulKernel kernel, ElementType? type = null) => new()
    {
        Name = name,
        Description = description,
        Use = weight => new WeightUse(kernel, type ?? weight.Type),
    };

    private static WeightUse AsStored(Weight weight) => weight is not TensorWeight { Form: var form }
        ? new WeightUse(Projections.Dense, weight.Type)
        : new WeightUse(
            form.Format switch
            {
                WeightFormat.Dense => Projections.Dense,
                WeightFormat.SemiStructured => Projections.TwoOfFour,
                _ => Projections.Groups(form.GroupRows),
            }, form.Type, AsStored: true);
}
