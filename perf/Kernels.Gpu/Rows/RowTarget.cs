namespace Kernels.Gpu.Rows;

/// <summary>What a row must reach: seconds of <paramref name="Against"/> divided by its own.</summary>
/// <param name="Against">A contender of PyTorch, another row, or <see cref="CopyBandwidth"/>.</param>
/// <param name="Least">The least ratio.</param>
internal sealed record RowTarget(string Against, double Least)
{
    /// <summary>The row's bytes at the measured bandwidth of a copy.</summary>
    public const string CopyBandwidth = "copy bandwidth";

    /// <summary>1.5 µs for every kernel of the row.</summary>
    public const string LaunchTime = "1.5 us a kernel";
}
