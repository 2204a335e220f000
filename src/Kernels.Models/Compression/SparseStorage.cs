using System.Text.Json.Nodes;
using Kernels.Compression;

namespace Kernels.Models;

/// <summary>The file format a pattern is written in: interchange formats where there is one, else <see cref="BlockFormat"/>.</summary>
/// <param name="Name">Name of the format.</param>
internal sealed record SparseStorage(string Name)
{
    private const string TwoOfFour = "sparse-24-bitmask", Bitmask = "sparse-bitmask";

    /// <summary>The format of a pattern.</summary>
    public static SparseStorage For(SparsityPattern pattern) => new(pattern switch
    {
        SemiStructuredPattern { Kept: 2, Of: 4, Vector: 1 } => TwoOfFour,
        SemiStructuredPattern { Vector: > 1 } or BlockPattern { Grain: not (1, 1) } => BlockFormat.Name,
        _ => Bitmask,
    });

    /// <summary>Whether every matrix is 2:4.</summary>
    public bool IsTwoOfFour => Name == TwoOfFour;

    /// <summary>The tensors that stand for a pruned weight.</summary>
    public IReadOnlyList<SafetensorsTensor> Write(string name, ReadOnlySpan<float> weights, WeightMask mask, SparsityPattern pattern, ElementType type) => Name switch
    {
        TwoOfFour => BitmaskFormat.WriteTwoOfFour(name, weights, mask, type),
        Bitmask => BitmaskFormat.Write(name, weights, mask, type),
        _ => BlockFormat.Write(name, BlockMatrix.Pack(weights, mask, pattern.Grain.Rows, pattern is BlockPattern ? pattern.Grain.Columns : 1), type),
    };

    /// <summary>What config.json says of it.</summary>
    public JsonObject Describe() => Name == BlockFormat.Name
        ? new JsonObject { ["quant_method"] = BlockFormat.Method, ["format"] = BlockFormat.Name }
        : new JsonObject
        {
            ["quant_method"] = "compressed-tensors",
            ["format"] = "dense",
            ["sparsity_config"] = new JsonObject
            {
                ["format"] = Name, ["sparsity_structure"] = Name == TwoOfFour ? "2:4" : "unstructured", ["targets"] = new JsonArray("Linear"),
            },
        };
}
