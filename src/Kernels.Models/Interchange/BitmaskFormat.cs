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
        ArgumentNullException.ThrowIfNull(name);
        var packed = SemiStructuredMatrix.Pack(weights, mask, 2, 4);
        return TwoOfFour(name, mask.Rows, mask.Columns, type, FloatStorage.Encode(packed.Values.ToArray(), type), mask.Bits.ToArray());
    }

    /// <summary>The tensors of a 2:4 weight from stored values and the bits of its mask.</summary>
    internal static IReadOnlyList<SafetensorsTensor> TwoOfFour(string name, int rows, int columns, ElementType type, byte[] values, byte[] bits)
    {
        const string ending = ".weight";
        if (!name.EndsWith(ending, StringComparison.Ordinal)) throw new ArgumentException($"'{name}' does not end in {ending}, which the format drops.", nameof(name));
        var prefix = name[..^ending.Length];
        return [Shape(prefix, rows, columns), new(prefix + ".compressed", type, [rows, columns / 2], values), Bits(prefix, rows, columns, bits)];
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
            Shape(name, mask.Rows, mask.Columns), new(name + ".compressed", type, [packed.Values.Length], FloatStorage.Encode(packed.Values.ToArray(), type)), Bits(name, mask.Rows, mask.Columns, mask.Bits.ToArray()),
            new(name + ".row_offsets", "I64", [mask.Rows], MemoryMarshal.AsBytes(offsets.AsSpan()).ToArray()),
        ];
    }

    private static SafetensorsTensor Shape(string prefix, int rows, int columns) =>
        new(prefix + ".shape", "I64", [2], MemoryMarshal.AsBytes((ReadOnlySpan<long>)[rows, columns]).ToArray());

    private static SafetensorsTensor Bits(string prefix, int rows, int columns, byte[] bits) =>
        new(prefix + ".bitmask", "U8", [rows, (columns + 7) / 8], bits);
}
