namespace Kernels;

/// <summary>Work split into numbered tasks; kept by a plan so that running it allocates nothing.</summary>
public abstract class ParallelBody
{
    /// <summary>Does task <paramref name="task"/> on worker <paramref name="worker"/> (0 is the caller's thread).</summary>
    public abstract void Invoke(int task, int worker);
}
