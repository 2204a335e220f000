namespace Kernels.Generators.Skeletons;

/// <summary>
/// The division of a product by grouped weights used transposed among the threads of a GPU: a thread of a tile has eight rows of eight
/// inputs, and a team of a stream shares an input.
/// </summary>
/// <param name="GroupRows">Outputs that share the inputs they use: 1, 2, 4, 8 or 16.</param>
/// <param name="Side">Rows and inputs of a tile.</param>
/// <param name="StreamThreads">Threads of a streaming group.</param>
internal sealed record GpuTransposedGroupTile(int GroupRows, int Side, int StreamThreads)
{
    /// <summary>Outputs whose activations go through shared memory at once: whole groups.</summary>
    public const int Depth = 32;

    /// <summary>Rows and inputs of a thread of a tile.</summary>
    public const int ThreadSide = 8;

    /// <summary>Threads that share an input in a stream.</summary>
    public const int Team = 32;

    /// <summary>Most rows of a block that streams past.</summary>
    public const int MostStreamRows = 4;

    /// <summary>Partial sums that a thread adds in the first round of a stream's reduction.</summary>
    public const int Together = 8;

    // Values that are read at once.
    private const int MostValues = 4;

    /// <summary>Values of a group that a thread reads at once.</summary>
    public int Values => Math.Min(GroupRows, MostValues);

    /// <summary>Threads of a tile.</summary>
    public int Threads => RowThreads * RowThreads;

    /// <summary>Threads across the rows of a tile, and across its inputs.</summary>
    public int RowThreads => Side / ThreadSide;

    /// <summary>Quads from column to column of the staged activations.</summary>
    public int RowQuads => GpuActivationStaging.QuadsOf(Side);

    /// <summary>Shared memory of a tile.</summary>
    public int SharedBytes => Depth * RowQuads * 16;

    /// <summary>Inputs of a streaming group of threads.</summary>
    public int Teams => StreamThreads / Team;

    /// <summary>Shared memory of a streaming group: a sum of every row from every thread, and those of <see cref="Together"/> threads added.</summary>
    public int StreamSharedBytes => StreamThreads * MostStreamRows * sizeof(float) * (Together + 1) / Together;

    /// <summary>Stored inputs that a thread of a stream takes at once: loads under way, as registers allow.</summary>
    public int StoredTogether => MostValues / Values;
}
