namespace Kernels.Testing.Ptx;

/// <summary><c>ldmatrix</c>: 8 × 8 matrices of 16-bit elements from shared memory to the fragments of <c>mma</c>.</summary>
/// <remarks>Lanes 8i to 8i+7 give the rows of matrix i; every lane reads the two elements it receives.</remarks>
internal sealed unsafe class MatrixLoad(int[] destinations, AddressSource address, bool transpose) : WarpInstruction
{
    public override uint Members(Warp warp, int lane) => uint.MaxValue;

    public override void Execute(Warp warp, uint lanes)
    {
        var shared = warp.Shared;
        var rows = stackalloc ulong[8 * destinations.Length];
        for (var row = 0; row < 8 * destinations.Length; row++)
        {
            rows[row] = address.Of(warp.Registers, row);
            if ((rows[row] & 15) != 0) throw new Fault(row, $"a row of 16 bytes at the misaligned shared address 0x{rows[row]:x}");
        }

        for (var matrix = 0; matrix < destinations.Length; matrix++)
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                var (group, pair) = (lane / 4, 2 * (lane % 4));
                var row = rows + 8 * matrix;
                warp.Register(destinations[matrix])[lane] = transpose
                    ? *(ushort*)shared.Read(warp, lane, row[pair] + (ulong)(2 * group), 2)
                        | (uint)*(ushort*)shared.Read(warp, lane, row[pair + 1] + (ulong)(2 * group), 2) << 16
                    : *(uint*)shared.Read(warp, lane, row[group] + (ulong)(2 * pair), 4);
            }
    }
}
