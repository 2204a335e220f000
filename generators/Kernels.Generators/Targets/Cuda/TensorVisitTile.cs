namespace Kernels.Generators.Targets.Cuda;

/// <summary>
/// How a group of threads visits keys on tensor cores: each warp holds 16 query rows with all their channels, and the group
/// shares tiles of keys and values whose rows are padded by a chunk so that eight of them lie in different banks.
/// </summary>
/// <param name="HeadDim">Channels, a multiple of 16.</param>
/// <param name="Warps">Warps of a group.</param>
internal sealed record TensorVisitTile(int HeadDim, int Warps)
{
    /// <summary>The most channels whose rows and outputs fit the registers of a thread together; rows of wider heads wait in shared memory.</summary>
    private const int MostChannelsInRegisters = 128;

    /// <summary>The most channels whose outputs fit the registers of a thread.</summary>
    private const int MostChannels = 256;

    // What a thread needs for scores of 64 keys and outputs of as many channels; outputs of more take all there are.
    private const int RegistersOfNarrowHeads = 168, MostNarrowChannels = 64;

    /// <summary>Threads of a group.</summary>
    public int Threads => 32 * Warps;

    /// <summary>Query rows of a group.</summary>
    public int Rows => 16 * Warps;

    /// <summary>Whether queries stay in registers.</summary>
    public bool HoldsQueries => HeadDim <= MostChannelsInRegisters;

    /// <summary>Keys of a tile: fewer of wide heads, whose outputs leave little room for scores.</summary>
    public int Keys => HoldsQueries ? 64 : 32;

    /// <summary>8-key fragments of a tile's scores.</summary>
    public int ScoreFragments => Keys / 8;

    /// <summary>16-key slices of a tile's weights.</summary>
    public int WeightSlices => Keys / 16;

    /// <summary>Whether a head of <paramref name="channels"/> can be visited this way.</summary>
    public static bool Holds(int channels) => channels % 16 == 0 && channels <= MostChannels;

    /// <summary>16-channel slices of a head.</summary>
    public int Slices => HeadDim / 16;

    /// <summary>16-byte chunks of a row.</summary>
    public int Chunks => HeadDim / 8;

    /// <summary>Bytes from row to row of queries, keys and values: an odd number of chunks.</summary>
    public int RowBytes => 16 * (Chunks | 1);

    /// <summary>Threads that copy a row together: the chunks, up to a power of two.</summary>
    public int CopyThreads => Chunks switch { <= 2 => 2, <= 4 => 4, <= 8 => 8, <= 16 => 16, _ => 32 };

    /// <summary>Where values begin, behind keys.</summary>
    public int ValueOffset => Keys * RowBytes;

    /// <summary>Where queries lie: before keys come, in their place, or behind values for good.</summary>
    public int QueryOffset => HoldsQueries ? 0 : 2 * ValueOffset;

    /// <summary>Floats from row to row of staged states: channels, maximum, sum and padding for the banks.</summary>
    public int StatePitch => HeadDim + 8;

    /// <summary>Shared bytes of a group: keys, values and queries that stay, or the states of all rows.</summary>
    public int SharedBytes => Math.Max(2 * ValueOffset + (HoldsQueries ? 0 : Rows * RowBytes), Rows * StatePitch * 4);

    /// <summary>Groups that a multiprocessor holds at once.</summary>
    public int Groups => Multiprocessor.Groups(
        Threads, HeadDim <= MostNarrowChannels ? RegistersOfNarrowHeads : Multiprocessor.MostRegisters, SharedBytes);
}
