using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>Writes weights in the layout of this library for groups and blocks, which no interchange format has.</summary>
/// <remarks>
/// A weight <c>w</c> of [rows, columns] in blocks of R × C is four tensors: <c>w.shape</c> I64 [4] = rows, columns, R, C;
/// <c>w.offsets</c> I32 [rows / R + 1], where the blocks of each row of blocks begin, the last entry their number n; <c>w.blocks</c> I32
/// [n], their columns counted in blocks, ascending; <c>w.values</c> F32, BF16 or F16 [n·C·R], in which the R rows of a column lie side by
/// side. <c>quantization_config</c> in config.json is <c>{"quant_method": "kernels", "format": "blocks"}</c>.
/// </remarks>
public static class BlockFormat
{
    /// <summary>Name in <c>quantization_config</c>.</summary>
    public const string Method = "kernels", Name = "blocks";

    /// <summary>The tensors that stand for a weight.</summary>
    /// <param name="name">Name of the weight.</param>
    /// <param name="matrix">Its blocks.</param>
    /// <param name="type">Storage of the values.</param>
    public static IReadOnlyList<SafetensorsTensor> Write(string name, BlockMatrix matrix, ElementType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(matrix);
        return
        [
            new(name + ".shape", "I64", [4], MemoryMarshal.AsBytes((ReadOnlySpan<long>)[matrix.Rows, matrix.Columns, matrix.BlockRows, matrix.BlockColumns]).ToArray()),
            new(name + ".offsets", "I32", [matrix.Offsets.Length], MemoryMarshal.AsBytes(matrix.Offsets).ToArray()),
            new(name + ".blocks", "I32", [matrix.Blocks.Length], MemoryMarshal.AsBytes(matrix.Blocks).ToArray()),
            new(name + ".values", type, [matrix.Values.Length], FloatStorage.Encode(matrix.Values.ToArray(), type)),
        ];
    }
}
