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

    public override void Execute(Warp warp, uint lanes)
    {
        if (lanes != uint.MaxValue) throw new Fault(0, "mma needs a full warp of 32 threads");
        var perRegister = 4 / element.Bytes;
        var stored = LanesOfRow * perRegister * a.Length / 2;
        var depth = LanesOfRow * perRegister * b.Length;
        var left = stackalloc float[Rows * stored];
        var right = stackalloc float[Columns * depth];
        var positions = stackalloc int[Rows * stored];
        var start = stackalloc ulong[4];
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            var (group, first) = (lane / LanesOfRow, lane % LanesOfRow * perRegister);
            for (var register = 0; register < a.Length; register++)
                for (var i = 0; i < perRegister; i++)
                    left[(group + 8 * (register % 2)) * stored + first + LanesOfRow * perRegister * (register / 2) + i] = element.Decode(warp.Register(a[register])[lane], i);
            for (var register = 0; register < b.Length; register++)
                for (var i = 0; i < perRegister; i++)
                    right[group * depth + first + LanesOfRow * perRegister * register + i] = element.Decode(warp.Register(b[register])[lane], i);
        }

        for (var row = 0; row < Rows; row++)
            for (var i = 0; i < stored; i++) positions[row * stored + i] = sparsity is null ? i : sparsity.Column(warp, row, i);

        // D may share registers with A, B and C, so a lane reads all it needs before it writes.
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            for (var i = 0; i < 4; i++) start[i] = warp.Register(c[i])[lane];
            for (var i = 0; i < 4; i++)
            {
                var (row, column) = (lane / LanesOfRow + 8 * (i / 2), 2 * (lane % LanesOfRow) + i % 2);
                var sum = element.IsInteger ? 0 : Bits.Single(start[i]);
                for (var k = 0; k < stored; k++) sum += left[row * stored + k] * right[column * depth + positions[row * stored + k]];
                warp.Register(d[i])[lane] = element.IsInteger ? (ulong)((int)start[i] + (int)sum) : Bits.Of(sum);
            }
        }
    }
}
