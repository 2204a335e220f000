namespace Kernels.Testing.Ptx;

/// <summary>Global memory: the ranges given to kernels, at their addresses in this process.</summary>
internal sealed unsafe class GlobalMemory : Memory
{
    private readonly List<MemoryRange> _ranges = [];
    private MemoryRange _last = new(0, 0);

    public void Add(MemoryRange range)
    {
        var at = _ranges.FindIndex(other => other.Start > range.Start);
        _ranges.Insert(at < 0 ? _ranges.Count : at, range);
    }

    public void Remove(ulong start)
    {
        _ranges.RemoveAll(range => range.Start == start);
        _last = new(0, 0);
    }

    public override byte* Read(Warp warp, int lane, ulong address, int bytes)
    {
        Check(lane, address, bytes, "read");
        return (byte*)address;
    }

    public override byte* Write(Warp warp, int lane, ulong address, int bytes)
    {
        Check(lane, address, bytes, "written");
        return (byte*)address;
    }

    private void Check(int lane, ulong address, int bytes, string done)
    {
        CheckAlignment(lane, address, bytes, "global");
        if (address >= _last.Start && address + (ulong)bytes <= _last.End) return;
        foreach (var range in _ranges)
            if (address >= range.Start && address + (ulong)bytes <= range.End)
            {
                _last = range;
                return;
            }

        var near = _ranges.LastOrDefault(range => range.Start <= address) ?? _ranges.FirstOrDefault();
        throw new Fault(lane, $"{bytes} bytes {done} at the global address 0x{address:x}, outside every allocation" + (near is null
            ? ""
            : $": {unchecked((long)(address - near.Start))} bytes from the start of one of {near.End - near.Start} bytes"));
    }
}
