namespace Kernels.Generators.Skeletons;

/// <summary>
/// How a group of threads divides a tile of query rows × keys. A thread holds a few rows of scores against
/// <see cref="KeysPerThread"/> keys, and the same rows of <see cref="Vectors"/>·4 output channels; sixteen threads share a row.
/// </summary>
/// <param name="headDim">Channels.</param>
/// <param name="rows">Query rows of a tile.</param>
/// <param name="rowsPerThread">Rows of a thread; divides <paramref name="rows"/>.</param>
internal sealed class GpuAttentionTile(int headDim, int rows, int rowsPerThread)
{
    /// <summary>Threads that share a row.</summary>
    public const int Lanes = 16;

    /// <summary>Keys of a thread; they lie <see cref="Lanes"/> apart.</summary>
    public const int KeysPerThread = 4;

    /// <summary>Keys of a tile.</summary>
    public const int Keys = Lanes * KeysPerThread;

    // Channels of queries and keys brought into shared memory at a time, in fours.
    private const int MostChunkVectors = 8;

    /// <summary>Query rows of a tile.</summary>
    public int Rows => rows;

    /// <summary>Neighbouring rows of a thread.</summary>
    public int RowsPerThread => rowsPerThread;

    /// <summary>Channels of a head.</summary>
    public int HeadDim => headDim;

    /// <summary>Threads of a group.</summary>
    public int Threads => rows / rowsPerThread * Lanes;

    /// <summary>Channels in fours, the last padded.</summary>
    public int HeadVectors => (headDim + 3) / 4;

    /// <summary>Passes over the channels for a tile of scores.</summary>
    public int Chunks => (HeadVectors + MostChunkVectors - 1) / MostChunkVectors;

    /// <summary>Channels of a pass, in fours.</summary>
    public int ChunkVectors => (HeadVectors + Chunks - 1) / Chunks;

    /// <summary>Float4s between rows of queries and keys in shared memory: odd, so that neighbouring rows lie in different banks.</summary>
    public int ChunkStride => ChunkVectors | 1;

    /// <summary>Threads that load a row of a pass together, as a power of two's exponent.</summary>
    public int LoadShift => ChunkVectors switch { <= 2 => 3, <= 4 => 4, _ => 5 };

    /// <summary>Output channels of a thread, in fours; they lie <see cref="Lanes"/> fours apart.</summary>
    public int Vectors => (HeadVectors + Lanes - 1) / Lanes;

    /// <summary>Keys whose values are in shared memory at a time.</summary>
    public int ValueKeys => Vectors switch { 1 => 64, 2 => 32, _ => 16 };

    /// <summary>Float4s between the keys of values in shared memory.</summary>
    public int ValueStride => Lanes * Vectors;

    /// <summary>Float4s shared by queries with keys and, later, values.</summary>
    public int StageVectors => Math.Max((rows + Keys) * ChunkStride, ValueKeys * ValueStride);

    /// <summary>Float4s between rows of weights: odd, for the banks.</summary>
    public static int WeightStride => Keys / 4 + 1;

    /// <summary>Shared memory of a visit: the stage, the weights, one value of each lane of a row, and the places of the rows.</summary>
    public int SharedBytes => 16 * (StageVectors + rows * WeightStride + rows * Lanes / 4) + 8 * rows;

    /// <summary>Shared memory of an identification: the stage.</summary>
    public int IdentifySharedBytes => 16 * StageVectors;
}
