using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels.Testing.Ptx;

/// <summary><c>mma</c> m16n8k*: D = A · B + C, fragments spread over the warp; A may be sparse.</summary>
/// <remarks>
/// With e elements to a register, g = lane / 4 and t = lane % 4, register r of A holds row g + 8 (r mod 2), stored columns from
/// e t + 4e (r div 2); register r of B holds rows from e t + 4e r of column g; C and D hold rows g and g + 8, columns 2t and 2t + 1
/// (PTX ISA, 9.7.14.5 and 9.7.14.6).
/// </remarks>
internal sealed unsafe class MatrixMultiply(int[] d, int[] a, int[] b, int[] c, MatrixElement element, SparsityPattern? sparsity) : WarpInstruction
{
    private const int Rows = 16, Columns = 8, LanesOfRow = 4;

    public override uint Members(Warp warp, int lane) => uint.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp warp, uint lanes)
    {
        if (lanes != uint.MaxValue) throw new Fault(0, "mma needs a full warp of 32 threads");
        var perRegister = 4 / element.Bytes;
        var stored = LanesOfRow * perRegister * a.Length / 2;
        var depth = LanesOfRow * perRegister * b.Length;
        var left = stackalloc float[Rows * stored];
        var right = stackalloc float[depth * Columns];
        var sums = stackalloc float[Rows * Columns];
        var integers = stackalloc int[Rows * Columns];
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            var (group, first) = (lane / LanesOfRow, lane % LanesOfRow * perRegister);
            for (var register = 0; register < a.Length; register++)
            {
                var place = (group + 8 * (register % 2)) * stored + first + LanesOfRow * perRegister * (register / 2);
                for (var i = 0; i < perRegister; i++) left[place + i] = element.Decode(warp.Register(a[register])[lane], i);
            }

            for (var register = 0; register < b.Length; register++)
            {
                var place = first + LanesOfRow * perRegister * register;
                for (var i = 0; i < perRegister; i++) right[(place + i) * Columns + group] = element.Decode(warp.Register(b[register])[lane], i);
            }

            for (var i = 0; i < c.Length; i++)
            {
                var start = warp.Register(c[i])[lane];
                (sums[Place(lane, i)], integers[Place(lane, i)]) = element.IsInteger ? (0, (int)start) : (Bits.Single(start), 0);
            }
        }

        for (var row = 0; row < Rows; row++)
        {
            var sum = Vector256.Load(sums + row * Columns);
            for (var i = 0; i < stored; i++)
                sum += Vector256.Create(left[row * stored + i]) * Vector256.Load(right + (sparsity is null ? i : sparsity.Column(warp, row, i)) * Columns);
            sum.Store(sums + row * Columns);
        }

        for (var lane = 0; lane < Warp.Lanes; lane++)
            for (var i = 0; i < d.Length; i++)
            {
                var place = Place(lane, i);
                warp.Register(d[i])[lane] = element.IsInteger ? (ulong)(integers[place] + (int)sums[place]) : Bits.Of(sums[place]);
            }
    }

    // Where element i of a lane's fragment of C and D stands in the matrix.
    private static int Place(int lane, int i) => (lane / LanesOfRow + 8 * (i / 2)) * Columns + 2 * (lane % LanesOfRow) + i % 2;
}
