namespace Kernels.Testing.Ptx;

/// <summary>Generic addresses: windows onto shared and local memory, and global memory everywhere else (PTX ISA, 5.1 and cvta).</summary>
internal sealed unsafe class GenericMemory(Memory global, Memory shared, Memory local) : Memory
{
    /// <summary>Generic address of shared address 0.</summary>
    public const ulong SharedWindow = 0x7E00_0000_0000_0000;

    /// <summary>Generic address of local address 0.</summary>
    public const ulong LocalWindow = 0x7D00_0000_0000_0000;

    private const ulong WindowMask = 0xFF00_0000_0000_0000;

    public override byte* Read(Warp warp, int lane, ulong address, int bytes) => Space(address).Read(warp, lane, Offset(address), bytes);

    public override byte* Write(Warp warp, int lane, ulong address, int bytes) => Space(address).Write(warp, lane, Offset(address), bytes);

    private static ulong Offset(ulong address) => (address & WindowMask) is SharedWindow or LocalWindow ? address & ~WindowMask : address;

    private Memory Space(ulong address) => (address & WindowMask) switch
    {
        SharedWindow => shared,
        LocalWindow => local,
        _ => global,
    };
}
