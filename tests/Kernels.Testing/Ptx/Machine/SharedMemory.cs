using System.Numerics;
using System.Runtime.CompilerServices;

namespace Kernels.Testing.Ptx;

/// <summary>Shared memory of a group: finds reads of bytes never written, races, and use of copies still under way.</summary>
/// <remarks>Books are kept in units as wide as the kernel's narrowest access.</remarks>
internal sealed unsafe class SharedMemory : Memory
{
    private readonly byte[] _bytes;
    private readonly byte* _start;
    private readonly int _length, _unitBits;
    private readonly Stamp[] _writes, _reads;

    // Intervals are numbered through all groups of a launch, so that what an earlier group wrote last counts as never written.
    private uint _interval, _firstInterval;

    public SharedMemory(int length, int unit)
    {
        (_length, _unitBits) = (length, BitOperations.Log2((uint)unit));
        _bytes = GC.AllocateArray<byte>(length + 1, pinned: true);
        fixed (byte* start = _bytes) _start = start;
        (_writes, _reads) = (new Stamp[length / unit + 1], new Stamp[length / unit + 1]);
    }

    /// <summary>Begins a group, whose shared memory holds nothing.</summary>
    public void Begin()
    {
        _firstInterval = ++_interval;
        foreach (ref var write in _writes.AsSpan())
            if (write == Stamp.Pending) write = default;
    }

    /// <summary>Orders everything before against everything after: a barrier of the whole group.</summary>
    public void Barrier() => _interval++;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override byte* Read(Warp warp, int lane, ulong address, int bytes)
    {
        var offset = Offset(lane, address, bytes, "read");
        var now = new Stamp(_interval, warp.Clock, warp.Thread(lane));
        var (first, end) = (offset >> _unitBits, offset + bytes >> _unitBits);
        for (var i = first; i < end; i++)
        {
            // Written by this group and in an earlier interval: the usual case.
            if (_writes[i].Interval - _firstInterval >= _interval - _firstInterval) CheckRead(lane, i, now);
            if (_reads[i] != now) _reads[i] = _reads[i].And(now);
        }

        return _start + offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override byte* Write(Warp warp, int lane, ulong address, int bytes)
    {
        var offset = Offset(lane, address, bytes, "written");
        var now = new Stamp(_interval, warp.Clock, warp.Thread(lane));
        var (first, end) = (offset >> _unitBits, offset + bytes >> _unitBits);
        for (var i = first; i < end; i++)
        {
            if (_writes[i] == Stamp.Pending) throw new Fault(lane, $"{Place(i)} is written while a cp.async that fills it is under way");
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
        Units(destination, bytes).Fill(Stamp.Pending);
        return destination;
    }

    /// <summary>Makes an asynchronous copy visible to the thread that waited for it.</summary>
    public void CompleteCopy(Warp warp, int lane, byte* destination, int bytes) =>
        Units(destination, bytes).Fill(new Stamp(_interval, warp.Clock, warp.Thread(lane)).ByAsyncCopy());

    private void CheckRead(int lane, int unit, Stamp now)
    {
        var write = _writes[unit];
        if (write == Stamp.Pending) throw new Fault(lane, $"{Place(unit)} is read before the cp.async that fills it was waited for");
        if (write.Interval < _firstInterval) throw new Fault(lane, $"{Place(unit)} is read and no thread has written it");
        if (!write.IsBefore(now))
            throw new Fault(lane, $"{Place(unit)} is read in a race: thread {write.Thread} wrote it{How(write)} and no barrier lies between");
    }

    private Span<Stamp> Units(byte* start, int bytes) => _writes.AsSpan((int)(start - _start) >> _unitBits, bytes >> _unitBits);

    private string Place(int unit) => $"the shared address 0x{Program.SharedBase + ((ulong)unit << _unitBits):x}";

    private static string How(Stamp write) => write.IsAsyncCopy ? " by cp.async" : "";

    private int Offset(int lane, ulong address, int bytes, string done)
    {
        CheckAlignment(lane, address, bytes, "shared");
        return address >= Program.SharedBase && address - Program.SharedBase + (ulong)bytes <= (ulong)_length
            ? (int)(address - Program.SharedBase)
            : throw new Fault(lane, $"{bytes} bytes {done} at the shared address 0x{address:x}; the group has {_length} bytes from 0x{Program.SharedBase:x}");
    }
}
