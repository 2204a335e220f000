using System.Runtime.CompilerServices;

namespace Kernels.Testing.Ptx;

/// <summary><c>st</c>: registers to consecutive elements of memory.</summary>
internal sealed unsafe class Store(StateSpace space, AddressSource address, int[] sources, PtxType type) : LaneInstruction
{
    private readonly int _bytes = type.Bytes();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp warp, uint lanes)
    {
        var memory = warp.Space(space);
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            if ((lanes >> lane & 1) == 0) continue;
            var destination = memory.Write(warp, lane, address.Of(warp.Registers, lane), _bytes * sources.Length);
            foreach (var source in sources)
            {
                var bits = warp.Register(source)[lane];
                switch (_bytes)
                {
                    case 1: *destination = (byte)bits; break;
                    case 2: *(ushort*)destination = (ushort)bits; break;
                    case 4: *(uint*)destination = (uint)bits; break;
                    default: *(ulong*)destination = bits; break;
                }

                destination += _bytes;
            }
        }
    }
}
