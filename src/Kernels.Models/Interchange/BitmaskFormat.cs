using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>Writes weights as <c>sparse-24-bitmask</c> or <c>sparse-bitmask</c> of compressed-tensors.</summary>
public static class BitmaskFormat
{
    /// <summary>The tensors that stand for a 2:4 weight: two values of every four, zeros among them included.</summary>
    /// <param name="name">Name of the weight, ending in <c>.weight</c>.</param>
    /// <param name="weights">[rows, columns] row-major.</param>
    /// <param name="mask">Keeps exactly two of every four columns.</param>
    /// <param name="type">Storage of the values.</param>
    /// <exception cref="SparsityException">The mask is not 2:4.</exception>
    public static IReadOnlyList<SafetensorsTensor> WriteTwoOfFour(string name, ReadOnlySpan<float> weights, WeightMask mask, ElementType type)
    {
        const string ending = ".weight";
        ArgumentNullException.ThrowIfNull(name);
        if (!name.EndsWith(ending, StringComparison.Ordinal)) throw new ArgumentException($"'{name}' does not end in {ending}, which the format drops.", nameof(name));
        var packed = SemiStructuredMatrix.Pack(weights, mask, 2, 4);
        var prefix = name[..^ending.Length];
        return
        [
            Shape(prefix, mask), new(prefix + ".compressed", type, [mask.Rows, mask.Columns / 2], FloatStorage.Encode(packed.Values.ToArray(), type)), Bits(prefix, mask),
        ];
    }

    /// <summary>The tensors that stand for a weight of any mask.</summary>
    /// <inheritdoc cref="WriteTwoOfFour" path="/param"/>
    public static IReadOnlyList<SafetensorsTensor> Write(string name, ReadOnlySpan<float> weights, WeightMask mask, ElementType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        var packed = BlockMatrix.Pack(weights, mask, 1, 1);
        var offsets = new long[mask.Rows];
        for (var row = 0; row < offsets.Length; row++) offsets[row] = packed.Offsets[row];
        return
        [
            Shape(name, mask), new(name + ".compressed", type, [packed.Values.Length], FloatStorage.Encode(packed.Values.ToArray(), type)), Bits(name, mask),
            new(name + ".row_offsets", "I64", [mask.Rows], MemoryMarshal.AsBytes(offsets.AsSpan()).ToArray()),
        ];
    }

    private static SafetensorsTensor Shape(string prefix, WeightMask mask) =>
        new(prefix + ".shape", "I64", [2], MemoryMarshal.AsBytes((ReadOnlySpan<long>)[mask.Rows, mask.Columns]).ToArray());

    private static SafetensorsTensor Bits(string prefix, WeightMask mask) =>
        new(prefix + ".bitmask", "U8", [mask.Rows, (mask.Columns + 7) / 8], mask.Bits.ToArray());
}
