namespace Kernels.Testing.Ptx;

/// <summary>Shared memory of a group: finds reads of bytes never written, races, and use of copies still under way.</summary>
internal sealed unsafe class SharedMemory : Memory
{
    private readonly byte[] _bytes;
    private readonly byte* _start;
    private readonly Stamp[] _writes, _reads;
    private readonly bool[] _pending;

    // Intervals are numbered through all groups of a launch, so that a byte last written by an earlier group counts as never written.
    private uint _interval, _firstInterval;

    public SharedMemory(int length)
    {
        _bytes = GC.AllocateArray<byte>(length + 1, pinned: true);
        fixed (byte* start = _bytes) _start = start;
        (_writes, _reads, _pending) = (new Stamp[length], new Stamp[length], new bool[length]);
        Length = length;
    }

    public int Length { get; }

    /// <summary>Begins a group, whose shared memory holds nothing.</summary>
    public void Begin()
    {
        _firstInterval = ++_interval;
        Array.Clear(_pending);
    }

    /// <summary>Orders everything before against everything after: a barrier of the whole group.</summary>
    public void Barrier() => _interval++;

    public override byte* Read(Warp warp, int lane, ulong address, int bytes)
    {
        var offset = Offset(lane, address, bytes, "read");
        var now = new Stamp(_interval, warp.Clock, warp.Thread(lane));
        for (var i = offset; i < offset + bytes; i++)
        {
            var write = _writes[i];
            if (_pending[i]) throw new Fault(lane, $"{Place(i)} is read before the cp.async that fills it was waited for");
            if (write.Interval < _firstInterval) throw new Fault(lane, $"{Place(i)} is read and was never written");
            if (!write.IsBefore(now)) throw new Fault(lane, $"{Place(i)} is read in a race: thread {write.Thread} wrote it{How(write)} and no barrier lies between");
            _reads[i] = _reads[i].And(now);
        }

        return _start + offset;
    }

    public override byte* Write(Warp warp, int lane, ulong address, int bytes)
    {
        var offset = Offset(lane, address, bytes, "written");
        var now = new Stamp(_interval, warp.Clock, warp.Thread(lane));
        for (var i = offset; i < offset + bytes; i++)
        {
            if (_pending[i]) throw new Fault(lane, $"{Place(i)} is written while a cp.async that fills it is under way");
            if (!_writes[i].IsBefore(now))
                throw new Fault(lane, $"{Place(i)} is written in a race: thread {_writes[i].Thread} wrote it{How(_writes[i])} and no barrier lies between");
            if (!_reads[i].IsBefore(now))
                throw new Fault(lane, $"{Place(i)} is written in a race: thread {_reads[i].Thread} read it and no barrier lies between");
            _writes[i] = now;
        }

        return _start + offset;
    }

    /// <summary>Claims the destination of an asynchronous copy; nobody may touch it until <see cref="CompleteCopy"/>.</summary>
    public byte* BeginCopy(Warp warp, int lane, ulong address, int bytes)
    {
        var destination = Write(warp, lane, address, bytes);
        _pending.AsSpan((int)(destination - _start), bytes).Fill(true);
        return destination;
    }

    /// <summary>Makes an asynchronous copy visible to the thread that waited for it.</summary>
    public void CompleteCopy(Warp warp, int lane, byte* destination, int bytes)
    {
        var offset = (int)(destination - _start);
        _pending.AsSpan(offset, bytes).Clear();
        _writes.AsSpan(offset, bytes).Fill(new Stamp(_interval, warp.Clock, warp.Thread(lane)).ByAsyncCopy());
    }

    private static string Place(int offset) => $"the shared byte at 0x{Program.SharedBase + (ulong)offset:x}";

    private static string How(Stamp write) => write.IsAsyncCopy ? " by cp.async" : "";

    private int Offset(int lane, ulong address, int bytes, string done)
    {
        CheckAlignment(lane, address, bytes, "shared");
        return address >= Program.SharedBase && address - Program.SharedBase + (ulong)bytes <= (ulong)Length
            ? (int)(address - Program.SharedBase)
            : throw new Fault(lane, $"{bytes} bytes {done} at the shared address 0x{address:x}; the group has {Length} bytes from 0x{Program.SharedBase:x}");
    }
}
