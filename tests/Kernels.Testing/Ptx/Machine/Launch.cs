using System.Numerics;
using System.Runtime.CompilerServices;

namespace Kernels.Testing.Ptx;

/// <summary>One launch: runs its groups one after another, each warp until it waits.</summary>
internal sealed unsafe class Launch
{
    // Seconds of work. A kernel of these tests ends long before; one that runs on has lost its way out of a loop.
    private const long MostInstructions = 20_000_000;

    private readonly Program _program;
    private readonly Extent _grid, _group;
    private readonly int _sharedBytes;
    private readonly IReadOnlyDictionary<string, ulong> _variables;
    private readonly SharedMemory _shared;
    private readonly Warp[] _warps;
    private readonly byte[] _parameters;
    private GroupPosition _position;
    private Instruction? _current;
    private long _executed;

    public Launch(
        Program program, Extent grid, Extent group, int sharedBytes, byte[] parameters, GlobalMemory global, IReadOnlyDictionary<string, ulong> variables)
    {
        (_program, _grid, _group, _sharedBytes, _variables) = (program, grid, group, sharedBytes, variables);
        _shared = new(program.DynamicOffset + sharedBytes, program.SharedUnit);
        _parameters = GC.AllocateArray<byte>(parameters.Length + 1, pinned: true);
        parameters.CopyTo(_parameters, 0);
        ParameterMemory memory;
        fixed (byte* start = _parameters) memory = new(start, parameters.Length);
        _warps = [.. Enumerable.Range(0, (group.Count + Warp.Lanes - 1) / Warp.Lanes).Select(i => new Warp(program, i, group.Count, global, _shared, memory))];
    }

    public long Run()
    {
        for (var i = 0; i < _grid.Count; i++)
        {
            _position = new(_grid, _group, _grid.At(i), _sharedBytes);
            _shared.Begin();
            foreach (var warp in _warps) warp.Begin(Constant);
            RunGroup();
        }

        return _executed;
    }

    private ulong Constant(int index, int thread) => _program.Constants[index] switch
    {
        LiteralConstant literal => literal.Bits,
        SpecialConstant special => SpecialRegisters.Value(special.Name, _position, thread),
        VariableConstant variable => _variables[variable.Variable.Name],
        var other => throw new InvalidOperationException(other.ToString()),
    };

    private void RunGroup()
    {
        while (true)
        {
            foreach (var warp in _warps) RunWarp(warp);
            if (Array.TrueForAll(_warps, warp => warp.Fragments.Count == 0)) return;
            ReleaseBarrier();
        }
    }

    // Every warp has ended or stands at barriers. All threads must stand at the same one.
    private void ReleaseBarrier()
    {
        var waiting = _warps.First(warp => warp.Fragments.Count > 0);
        var at = waiting.Fragments[0].At;
        _current = _program.Code[at];
        var barrier = (Barrier)_current;
        foreach (var warp in _warps)
        {
            PtxException Diverged(uint lanes, string what) => Error(warp, First(lanes), $"divergent barrier: {Warp.Name(lanes)} of warp {warp.Index} {what}");
            if (warp.Live != warp.Existing) throw Diverged(warp.Existing & ~warp.Live, "ended without reaching it");
            if (warp.Fragments.Find(fragment => fragment.At != at) is { } astray) throw Diverged(astray.Lanes, $"wait at line {_program.Code[astray.At].Line}");
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                if ((warp.Existing >> lane & 1) == 0) continue;
                if (barrier.Id(warp, lane) != barrier.Id(waiting, 0)) throw Error(warp, lane, "divergent barrier: threads name different barriers");
                var threads = barrier.Threads(warp, lane, _group.Count);
                if (threads != _group.Count) throw Error(warp, lane, $"a barrier of {threads} of the {_group.Count} threads is not covered");
            }
        }

        barrier.Release(_warps);
        _shared.Barrier();
        foreach (var warp in _warps)
        {
            warp.Fragments[0].At++;
            warp.Fragments[0].IsWaiting = false;
        }
    }

    private void RunWarp(Warp warp)
    {
        try
        {
            while (Next(warp) is { } fragment) RunFragment(warp, fragment);
        }
        catch (Fault fault)
        {
            throw Error(warp, fault.Lane, fault.Message);
        }
    }

    // The rearmost fragment runs first, so that lanes that took a longer way catch up where ways meet.
    private Fragment? Next(Warp warp)
    {
        var fragments = warp.Fragments;
        if (fragments.Count == 1 && !fragments[0].IsWaiting) return fragments[0];
        for (var i = 0; i < fragments.Count; i++)
            for (var j = fragments.Count - 1; j > i; j--)
                if (fragments[i].At == fragments[j].At)
                {
                    fragments[i].Lanes |= fragments[j].Lanes;
                    fragments[i].IsWaiting = false;
                    fragments.RemoveAt(j);
                }

        Fragment? next = null;
        foreach (var fragment in fragments)
            if (!fragment.IsWaiting && (next is null || fragment.At < next.At)) next = fragment;
        if (next is null) CheckWaiting(warp);
        return next;
    }

    // Fragments may only all wait if they wait for other warps.
    private void CheckWaiting(Warp warp)
    {
        if (warp.Fragments.Find(fragment => _program.Code[fragment.At] is WarpInstruction) is not { } stuck) return;
        _current = _program.Code[stuck.At];
        var others = warp.Fragments.Where(fragment => fragment != stuck)
            .Select(fragment => $"{Warp.Name(fragment.Lanes)} wait at line {_program.Code[fragment.At].Line}");
        throw Error(warp, First(stuck.Lanes), $"the warp diverged: {Warp.Name(stuck.Lanes)} wait for others, of which {string.Join(", ", others)}");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunFragment(Warp warp, Fragment fragment)
    {
        var code = _program.Code;
        var (at, lanes) = (fragment.At, fragment.Lanes);
        var meeting = int.MaxValue;
        foreach (var other in warp.Fragments)
            if (other != fragment) meeting = Math.Min(meeting, other.At > at ? other.At : int.MaxValue);
        while (at < meeting)
        {
            var instruction = code[at];
            _current = instruction;
            if (++_executed > MostInstructions) throw new Fault(First(lanes), $"the launch has not ended after {MostInstructions} instructions");
            var active = lanes & (warp.Predicates[instruction.Guard] ^ instruction.GuardFlip);
            switch (instruction)
            {
                case LaneInstruction lane:
                    if (active != 0) lane.Execute(warp, active);
                    at++;
                    break;
                case Branch branch when active == lanes:
                    at = branch.Target;
                    break;
                case var _ when active == 0:
                    at++;
                    break;
                case Branch branch:
                    warp.Fragments.Add(new(branch.Target, active));
                    (fragment.At, fragment.Lanes) = (at + 1, lanes & ~active);
                    return;
                case var _ when active != lanes:
                    // Lanes whose guard is false go on without the others.
                    warp.Fragments.Add(new(at + 1, lanes & ~active));
                    lanes = fragment.Lanes = active;
                    meeting = Math.Min(meeting, at + 1);
                    break;
                case Return:
                    warp.Fragments.Remove(fragment);
                    return;
                case IndexedBranch indexed:
                    Scatter(warp, indexed, lanes);
                    warp.Fragments.Remove(fragment);
                    return;
                case WarpInstruction together:
                    if (!HaveArrived(warp, together, lanes))
                    {
                        (fragment.At, fragment.IsWaiting) = (at, true);
                        return;
                    }

                    together.Execute(warp, lanes);
                    at++;
                    break;
                default:
                    (fragment.At, fragment.IsWaiting) = (at, true);
                    return;
            }
        }

        fragment.At = at;
    }

    private static void Scatter(Warp warp, IndexedBranch branch, uint lanes)
    {
        for (var rest = lanes; rest != 0; rest &= rest - 1)
        {
            var lane = First(rest);
            var index = (uint)warp.Register(branch.Index)[lane];
            if (index >= branch.Targets.Length) throw new Fault(lane, $"index {index} of a branch with {branch.Targets.Length} targets");
            warp.Fragments.Add(new(branch.Targets[index], 1u << lane));
        }
    }

    private static bool HaveArrived(Warp warp, WarpInstruction instruction, uint lanes)
    {
        var members = instruction.Members(warp, First(lanes));
        for (var rest = lanes; rest != 0; rest &= rest - 1)
        {
            if (instruction.Members(warp, First(rest)) != members) throw new Fault(First(rest), "lanes name different members");
            if ((members >> First(rest) & 1) == 0) throw new Fault(First(rest), $"the lane is not among the members 0x{members:x8} it names");
        }

        var ended = members & warp.Existing & ~warp.Live;
        if (ended != 0) throw new Fault(First(ended), $"{Warp.Name(ended)} ended before the instruction that needs them");
        return (members & warp.Existing) == lanes;
    }

    private static int First(uint lanes) => BitOperations.TrailingZeroCount(lanes);

    private PtxException Error(Warp warp, int lane, string message) => new(
        _current!.Line,
        $"{message} (in '{_program.Module.Line(_current.Line)}' of {_program.Entry.Name}, group {_position.Index} of {_grid}, "
        + $"thread {warp.Thread(lane)} of {_group.Count})");
}
