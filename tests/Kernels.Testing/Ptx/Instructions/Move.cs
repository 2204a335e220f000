namespace Kernels.Testing.Ptx;

/// <summary><c>mov</c> between a register and the elements it is made of, lowest bits first.</summary>
internal sealed unsafe class Move(int[] destinations, int[] sources, int bytes) : LaneInstruction
{
    public override void Execute(Warp warp, uint lanes)
    {
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            if ((lanes >> lane & 1) == 0) continue;
            ulong whole = 0;
            var part = bytes / sources.Length;
            for (var i = 0; i < sources.Length; i++) whole |= Bits.Unsigned(warp.Register(sources[i])[lane], part) << 8 * part * i;
            part = bytes / destinations.Length;
            for (var i = 0; i < destinations.Length; i++) warp.Register(destinations[i])[lane] = Bits.Unsigned(whole >> 8 * part * i, part);
        }
    }
}
