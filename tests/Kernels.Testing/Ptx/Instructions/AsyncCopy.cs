namespace Kernels.Testing.Ptx;

/// <summary><c>cp.async</c>: starts a copy from global to shared memory that writes nothing before it is waited for.</summary>
/// <param name="destination">Shared address.</param>
/// <param name="source">Global address.</param>
/// <param name="bytes">Bytes written.</param>
/// <param name="sourceBytes">Slot of the number of bytes read, the rest being zeros; null for all.</param>
/// <param name="ignoreSource">Predicate under which nothing is read and zeros are written, if any.</param>
internal sealed unsafe class AsyncCopy(
    AddressSource destination, AddressSource source, int bytes, int? sourceBytes, PredicateSource? ignoreSource) : LaneInstruction
{
    public override void Execute(Warp warp, uint lanes)
    {
        var ignored = ignoreSource is { } predicate ? warp.Predicate(predicate) : 0;
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            if ((lanes >> lane & 1) == 0) continue;
            var read = sourceBytes is { } slot ? (int)Math.Min((uint)warp.Register(slot)[lane], int.MaxValue) : bytes;
            if ((ignored >> lane & 1) != 0) read = 0;
            if (read > bytes) throw new Fault(lane, $"cp.async reads {read} bytes and writes {bytes}");
            var to = warp.Shared.BeginCopy(warp, lane, destination.Of(warp.Registers, lane), bytes);
            warp.Copies(lane).Start(to, Source(warp, lane, read), read, bytes);
        }
    }

    // The address must be aligned to the whole copy even where less, or nothing, is read.
    private byte* Source(Warp warp, int lane, int read)
    {
        var address = source.Of(warp.Registers, lane);
        if ((address & (ulong)(bytes - 1)) != 0) throw new Fault(lane, $"cp.async of {bytes} bytes from the misaligned global address 0x{address:x}");
        var global = warp.Space(StateSpace.Global);
        for (var i = 0; i < read; i++) global.Read(warp, lane, address + (ulong)i, 1);
        return (byte*)address;
    }
}
