namespace Kernels.Testing.Ptx;

/// <summary><c>bfi</c>: puts the low bits of one register into another at a position, which, like their number, may be a register.</summary>
internal sealed unsafe class BitFieldInsert(int destination, int field, int into, int position, int length, int width) : LaneInstruction
{
    public override void Execute(Warp warp, uint lanes)
    {
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            if ((lanes >> lane & 1) == 0) continue;
            var (at, count) = ((int)(warp.Register(position)[lane] & 0xFF), (int)(warp.Register(length)[lane] & 0xFF));
            var bits = count >= 64 ? ulong.MaxValue : (1UL << count) - 1;
            var (mask, value) = at >= width ? (0, 0) : (bits << at, warp.Register(field)[lane] << at);
            warp.Register(destination)[lane] = warp.Register(into)[lane] & ~mask | value & mask;
        }
    }
}
