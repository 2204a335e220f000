namespace Kernels.Scheduling;

/// <summary>Runs of one plan, length and sequence that are launched as a whole (a CUDA graph); made by <see cref="Plan.Capture"/>.</summary>
/// <remarks>
/// Results are those of <see cref="Plan.Run"/>. Kernels are given positions as arguments: when the sequence has moved, as after every
/// decoded token, a run captures again what follows its position (rotations, appended rows, attention) and updates that part of the
/// graph in place, which queues nothing by itself. <see cref="Plan.Work"/> stays that of the last <see cref="Plan.Run"/>.
/// </remarks>
public sealed class CapturedRun : IDisposable
{
    private readonly Plan _plan;
    private readonly StateSet? _states;
    private readonly DeviceGraph _graph;
    private readonly int[] _following;
    private int _position;

    internal CapturedRun(Plan plan, int tokens, StateSet? states)
    {
        (_plan, Tokens, _states) = (plan, tokens, states);
        plan.Prepare(tokens, states);
        _position = Position;
        var parts = plan.Parts();
        _following = [.. parts.Index().Where(part => part.Item.FollowsPosition).Select(part => part.Index)];
        _graph = plan.Device.Capture([.. parts.Select(part => part.Queue)]);
    }

    /// <summary>Tokens of a run.</summary>
    public int Tokens { get; }

    private int Position => _states?.Length ?? 0;

    /// <summary>Runs every operation on the tokens whose inputs have been written, and advances the states.</summary>
    /// <exception cref="SchedulingException">The states have no room for another run.</exception>
    /// <exception cref="DeviceException">The driver refused.</exception>
    public void Run()
    {
        _plan.Prepare(Tokens, _states);
        if (Position != _position)
        {
            _graph.Update(_following);
            _position = Position;
        }

        _graph.Launch();
        _states?.Advance(Tokens);
    }

    /// <inheritdoc/>
    public void Dispose() => _graph.Dispose();
}
