namespace Kernels.Testing.Ptx;

/// <summary>The columns of A's stored elements in <c>mma.sp</c>: two of every four, two bits each in metadata words (PTX ISA, 9.7.14.6.1).</summary>
/// <param name="metadata">Slot of the metadata.</param>
/// <param name="selector">Which lanes of a quad give it.</param>
/// <param name="depth">Columns of A: 16 or 32.</param>
/// <remarks>
/// A word holds 16 columns of row g in its low half and of row g + 8 in its high half. With 16 columns the selected lane of each
/// quad gives it; with 32 the first of the selected pair of lanes gives columns 0 to 15, the second the others.
/// </remarks>
internal sealed unsafe class SparsityPattern(int metadata, int selector, int depth)
{
    private const int Chunk = 4, ColumnsOfWord = 16;

    public int Column(Warp warp, int row, int stored)
    {
        var chunk = stored / 2;
        var word = chunk * Chunk / ColumnsOfWord;
        var lane = row % 8 * 4 + (depth == ColumnsOfWord ? selector : 2 * selector + word);
        var nibble = (int)(warp.Register(metadata)[lane] >> (row < 8 ? 0 : 16) >> chunk * Chunk % ColumnsOfWord & 15);
        var (first, second) = (nibble & 3, nibble >> 2);
        if (first >= second)
            throw new Fault(
                lane, $"metadata 0x{nibble:x} of row {row}, columns {chunk * Chunk} to {chunk * Chunk + 3}, does not name two ascending columns");
        return chunk * Chunk + (stored % 2 == 0 ? first : second);
    }
}
