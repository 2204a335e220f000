namespace Kernels;

/// <summary>A phase of a plan as a parallel body; made once, when the plan is made.</summary>
internal sealed class ParallelAction(Action<int, int> action) : ParallelBody
{
    public override void Invoke(int task, int worker) => action(task, worker);
}
