namespace Kernels.Testing.Ptx;

/// <summary>Local memory of a warp: as many bytes for each lane.</summary>
internal sealed unsafe class LocalMemory(byte* bytes, int bytesPerLane) : Memory
{
    public override byte* Read(Warp warp, int lane, ulong address, int bytes) => Access(lane, address, bytes, "read");

    public override byte* Write(Warp warp, int lane, ulong address, int bytes) => Access(lane, address, bytes, "written");

    private byte* Access(int lane, ulong address, int count, string done)
    {
        CheckAlignment(lane, address, count, "local");
        var offset = address - Program.LocalBase;
        return address >= Program.LocalBase && offset + (ulong)count <= (ulong)bytesPerLane
            ? bytes + lane * (long)bytesPerLane + (long)offset
            : throw new Fault(lane, $"{count} bytes {done} at the local address 0x{address:x}; a thread has {bytesPerLane} bytes from 0x{Program.LocalBase:x}");
    }
}
