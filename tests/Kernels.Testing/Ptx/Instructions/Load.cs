using System.Runtime.CompilerServices;

namespace Kernels.Testing.Ptx;

/// <summary><c>ld</c>: consecutive elements of memory to registers, extended to their width.</summary>
internal sealed unsafe class Load(StateSpace space, int[] destinations, AddressSource address, PtxType type) : LaneInstruction
{
    private readonly int _bytes = type.Bytes();
    private readonly int _shift = type.IsSigned() ? 64 - 8 * type.Bytes() : 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp warp, uint lanes)
    {
        var memory = warp.Space(space);
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            if ((lanes >> lane & 1) == 0) continue;
            var source = memory.Read(warp, lane, address.Of(warp.Registers, lane), _bytes * destinations.Length);
            foreach (var destination in destinations)
            {
                var bits = _bytes switch
                {
                    1 => *source,
                    2 => *(ushort*)source,
                    4 => *(uint*)source,
                    _ => *(ulong*)source,
                };
                warp.Register(destination)[lane] = (ulong)((long)(bits << _shift) >> _shift);
                source += _bytes;
            }
        }
    }
}
