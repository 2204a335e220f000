namespace Kernels.Generators.Skeletons;

/// <summary>
/// The division of a product by grouped weights among the threads of a GPU. A thread of a tile keeps 64 sums: of whole groups with eight
/// outputs or more by eight rows, or four where groups have sixteen. A few rows stream past weights that teams of threads share.
/// </summary>
/// <param name="GroupRows">Outputs that share the inputs they use: 1, 2, 4, 8 or 16.</param>
/// <param name="Side">Rows and outputs of a tile.</param>
/// <param name="StreamThreads">Threads of a streaming group.</param>
internal sealed record GpuGroupTile(int GroupRows, int Side, int StreamThreads)
{
    /// <summary>Columns that go through shared memory at once.</summary>
    public const int Depth = 32;

    /// <summary>Partial sums that a thread adds in the first round of a stream's reduction.</summary>
    public const int Together = 8;

    // Sums of a thread of a tile, and the outputs it has at least.
    private const int Sums = 64, LeastOutputs = 8;

    // A team has as many threads for every output of its group, and at least a warp.
    private const int TeamThreadsOfOutput = 16, LeastTeam = 32;

    /// <summary>Groups of a thread of a tile.</summary>
    public int ThreadGroups => Math.Max(1, LeastOutputs / GroupRows);

    /// <summary>Rows of a thread of a tile.</summary>
    public int ThreadRows => Sums / (ThreadGroups * GroupRows);

    /// <summary>Threads of a tile.</summary>
    public int Threads => Side * Side / Sums;

    /// <summary>Threads across the rows of a tile.</summary>
    public int RowThreads => Side / ThreadRows;

    /// <summary>Quads from column to column of the staged activations.</summary>
    public int RowQuads => GpuActivationStaging.QuadsOf(Side);

    /// <summary>Shared memory of a tile.</summary>
    public int SharedBytes => Depth * RowQuads * 16;

    /// <summary>Threads that share a group in a stream.</summary>
    public int Team => Math.Min(StreamThreads, Math.Max(LeastTeam, TeamThreadsOfOutput * GroupRows));

    /// <summary>Groups of a streaming group of threads.</summary>
    public int Teams => StreamThreads / Team;

    /// <summary>Shared memory of a streaming group: a sum of every output from every thread, and those of <see cref="Together"/> threads added.</summary>
    public int StreamSharedBytes => StreamThreads * GroupRows * sizeof(float) * (Together + 1) / Together;

    /// <summary>Stored inputs that a thread of a stream loads before it adds them: loads under way, as registers allow.</summary>
    public int StepsTogether => Math.Max(1, 4 / Math.Max(1, GroupRows / 2));
}
