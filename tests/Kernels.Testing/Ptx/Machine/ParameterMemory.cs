namespace Kernels.Testing.Ptx;

/// <summary>The parameters of a launch.</summary>
internal sealed unsafe class ParameterMemory(byte* bytes, int length) : Memory
{
    public override byte* Read(Warp warp, int lane, ulong address, int count)
    {
        CheckAlignment(lane, address, count, "parameter");
        return address + (ulong)count <= (ulong)length
            ? bytes + address
            : throw new Fault(lane, $"{count} bytes read at offset {address} of the kernel's parameters, which are {length} bytes");
    }

    public override byte* Write(Warp warp, int lane, ulong address, int count) =>
        throw new Fault(lane, "a kernel's parameters cannot be written");
}
