namespace Kernels.Testing.Ptx;

/// <summary>One state space as a warp sees it; every access is checked.</summary>
internal abstract unsafe class Memory
{
    /// <summary>Where lane <paramref name="lane"/> finds <paramref name="bytes"/> bytes to read.</summary>
    public abstract byte* Read(Warp warp, int lane, ulong address, int bytes);

    /// <summary>Where lane <paramref name="lane"/> may write <paramref name="bytes"/> bytes.</summary>
    public abstract byte* Write(Warp warp, int lane, ulong address, int bytes);

    protected static void CheckAlignment(int lane, ulong address, int bytes, string space)
    {
        if ((address & (ulong)(bytes - 1)) != 0) throw new Fault(lane, $"{bytes} bytes of {space} memory at the misaligned address 0x{address:x}");
    }
}
