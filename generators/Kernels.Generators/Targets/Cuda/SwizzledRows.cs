using Kernels.Generators.Emission;

namespace Kernels.Generators.Targets.Cuda;

/// <summary>
/// Rows of 16-byte chunks in shared memory. Chunks change places within their row so that the same chunk of eight
/// consecutive rows, which <c>ldmatrix</c> reads at once, and eight chunks in order, which <c>cp.async</c> writes at once,
/// each lie in all 32 banks.
/// </summary>
/// <param name="Chunks">Chunks of a row, a power of two.</param>
internal readonly record struct SwizzledRows(int Chunks)
{
    // The 32 banks are eight chunks wide.
    private const int ChunksOfBanks = 8;

    /// <summary>Bytes of a row.</summary>
    public int RowBytes => 16 * Chunks;

    private int RowsOfBanks => Math.Max(1, ChunksOfBanks / Chunks);

    private int Mask => Math.Min(Chunks, ChunksOfBanks) - 1;

    /// <summary>Byte offset of a chunk.</summary>
    public int Offset(int row, int chunk) => row * RowBytes + 16 * (chunk ^ (row / RowsOfBanks & Mask));

    /// <summary>Byte offset of a chunk as C#, from the names of a row and a chunk.</summary>
    public string Offset(string row, string chunk)
    {
        var exchanged = RowsOfBanks == 1 ? row : $"{row} >> {PowerOfTwo.Log(RowsOfBanks)}";
        return $"{row} * {RowBytes} + (({chunk} ^ ({exchanged} & {Mask})) << 4)";
    }
}
