namespace Kernels.Perf.Rows;

/// <summary>One line of the ratios: a problem of fixed size with its check, its baselines and its counted work.</summary>
internal interface IRatioRow
{
    /// <summary>The fixed name, <c>kind.pattern.type.size</c>; published figures refer to it.</summary>
    string Name { get; }

    /// <summary>What is timed, in one line.</summary>
    string Description { get; }

    /// <summary>What limits the row; compute-bound rows report how they scale with threads.</summary>
    Bound Bound { get; }

    /// <summary>Builds the problem on <paramref name="setup"/>'s device.</summary>
    /// <exception cref="KernelException">The device cannot run the kernel.</exception>
    PreparedRow Prepare(RowSetup setup);
}
