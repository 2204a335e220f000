using System.Numerics;

namespace Kernels.Testing.Ptx;

/// <summary>32 lanes: registers, predicates, memory, and the fragments they are in where they diverged.</summary>
internal sealed unsafe class Warp
{
    public const int Lanes = 32;

    private readonly Memory[] _spaces = new Memory[Enum.GetValues<StateSpace>().Length];
    private readonly ulong[] _registers;
    private readonly int _constants;
    private readonly byte[] _local;
    private readonly AsyncCopies?[] _copies = new AsyncCopies?[Lanes];

    public Warp(Program program, int index, int threads, GlobalMemory global, SharedMemory shared, ParameterMemory parameters)
    {
        Index = index;
        Existing = threads - index * Lanes >= Lanes ? uint.MaxValue : (1u << (threads - index * Lanes)) - 1;
        _constants = program.Constants.Count * Lanes;
        _registers = GC.AllocateArray<ulong>(_constants + Math.Max(1, program.Registers) * Lanes, pinned: true);
        _local = GC.AllocateArray<byte>(program.LocalBytes * Lanes + 1, pinned: true);
        Predicates = new uint[program.Predicates];
        Shared = shared;
        fixed (ulong* registers = _registers) Registers = registers + _constants;
        fixed (byte* local = _local) _spaces[(int)StateSpace.Local] = new LocalMemory(local, program.LocalBytes);
        _spaces[(int)StateSpace.Global] = _spaces[(int)StateSpace.Const] = global;
        _spaces[(int)StateSpace.Shared] = shared;
        _spaces[(int)StateSpace.Param] = parameters;
        _spaces[(int)StateSpace.Generic] = new GenericMemory(global, shared, _spaces[(int)StateSpace.Local]);
    }

    /// <summary>Number in the group.</summary>
    public int Index { get; }

    /// <summary>Lanes that are threads of the group; fewer than 32 in the last warp of a ragged group.</summary>
    public uint Existing { get; }

    /// <summary>Registers: slot s of lane l at s · 32 + l. Constants have negative slots.</summary>
    public ulong* Registers { get; }

    /// <summary>Predicates, one bit for each lane.</summary>
    public uint[] Predicates { get; }

    public SharedMemory Shared { get; }

    /// <summary>Times the warp synchronised its lanes.</summary>
    public int Clock { get; private set; }

    /// <summary>The lanes that have not ended, grouped by where they are.</summary>
    public List<Fragment> Fragments { get; } = [];

    /// <summary>Lanes that have not ended.</summary>
    public uint Live
    {
        get
        {
            var live = 0u;
            foreach (var fragment in Fragments) live |= fragment.Lanes;
            return live;
        }
    }

    public Memory Space(StateSpace space) => _spaces[(int)space];

    /// <summary>Number of a lane's thread in the group.</summary>
    public int Thread(int lane) => Index * Lanes + lane;

    public ulong* Register(int slot) => Registers + slot * Lanes;

    public uint Predicate(PredicateSource source) => Predicates[source.Slot] ^ source.Flip;

    public void SetPredicate(int slot, uint lanes, uint values) => Predicates[slot] = Predicates[slot] & ~lanes | values & lanes;

    public AsyncCopies Copies(int lane) => _copies[lane] ??= new();

    /// <summary>Orders the memory accesses of all lanes before against those after.</summary>
    public void Synchronize() => Clock++;

    /// <summary>Starts the warp for another group: registers and local memory hold nothing useful.</summary>
    public void Begin(Func<int, int, ulong> constant)
    {
        _registers.AsSpan(_constants).Fill(ulong.MaxValue);
        _local.AsSpan().Fill(byte.MaxValue);
        Array.Clear(Predicates);
        Predicates[Ptx.Predicates.True] = uint.MaxValue;
        for (var i = 0; i < _constants / Lanes; i++)
            for (var lane = 0; lane < Lanes; lane++) Registers[(-1 - i) * Lanes + lane] = constant(i, Thread(lane));
        foreach (var copies in _copies) copies?.Clear();
        Clock = 0;
        Fragments.Clear();
        Fragments.Add(new(0, Existing));
    }

    /// <summary>The lanes of a mask in words.</summary>
    public static string Name(uint lanes) => BitOperations.PopCount(lanes) switch
    {
        32 => "all lanes",
        1 => $"lane {BitOperations.TrailingZeroCount(lanes)}",
        var count => $"{count} lanes (mask 0x{lanes:x8})",
    };
}
