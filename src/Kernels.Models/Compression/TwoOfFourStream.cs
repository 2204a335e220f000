namespace Kernels.Models;

/// <summary>
/// 2:4 by magnitude in one pass from stored bits to the tensors of <c>sparse-24-bitmask</c>: bits of magnitudes order like the magnitudes,
/// so nothing is decoded to choose, and values are copied as they are.
/// </summary>
internal sealed unsafe class TwoOfFourStream : ParallelBody
{
    private const int RowsOfTask = 32;

    // For each outcome of six comparisons: the nibble of the mask, then the positions of the two that stay and of the two that go.
    private static readonly byte[] Nibbles = new byte[64], Positions = new byte[64];

    private readonly byte* _source;
    private readonly ElementType _type;
    private readonly int _rows, _columns;
    private readonly byte[] _values, _bits;
    private readonly double[] _sums, _lost;

    static TwoOfFourStream()
    {
        for (var outcome = 0; outcome < 64; outcome++)
        {
            int Beats(int bit) => outcome >> bit & 1; // the later of a pair is larger: (0,1) (0,2) (0,3) (1,2) (1,3) (2,3)
            Span<int> beaten =
            [
                Beats(0) + Beats(1) + Beats(2), 1 - Beats(0) + Beats(3) + Beats(4), 2 - Beats(1) - Beats(3) + Beats(5), 3 - Beats(2) - Beats(4) - Beats(5),
            ];
            for (int i = 0, kept = 0, dropped = 2; i < 4; i++)
                if (beaten[i] < 2 && kept < 2)
                {
                    Nibbles[outcome] |= (byte)(1 << i);
                    Positions[outcome] |= (byte)(i << 2 * kept++);
                }
                else if (dropped < 4)
                {
                    Positions[outcome] |= (byte)(i << 2 * dropped++);
                }
        }
    }

    private int RowBytes => (_columns + 7) / 8;

    private TwoOfFourStream(byte* source, ElementType type, int rows, int columns)
    {
        _source = source;
        (_type, _rows, _columns) = (type, rows, columns);
        _values = GC.AllocateUninitializedArray<byte>(checked(rows * (columns / 2) * type.Size()));
        _bits = new byte[rows * RowBytes];
        var tasks = (rows + RowsOfTask - 1) / RowsOfTask;
        (_sums, _lost) = (new double[tasks], new double[tasks]);
    }

    /// <summary>Prunes a matrix.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">Its values.</param>
    /// <param name="entry">Type and shape, columns a multiple of 4.</param>
    /// <param name="workers">Who shares the rows.</param>
    /// <returns>The tensors that stand for it, and ‖W − Ŵ‖ / ‖W‖.</returns>
    /// <exception cref="SparsityException">A weight is not finite.</exception>
    public static (IReadOnlyList<SafetensorsTensor> Tensors, double Error) Prune(string name, TensorBytes bytes, SafetensorsEntry entry, WorkerTeam workers)
    {
        var (rows, columns) = ((int)entry.Shape[0], (int)entry.Shape[1]);
        var stream = new TwoOfFourStream(bytes.Pointer, entry.Type!.Value, rows, columns);
        workers.Run(stream._sums.Length, stream);
        var (sum, lost) = (stream._sums.Sum(), Math.Max(0, stream._lost.Sum()));
        if (!double.IsFinite(sum)) throw new SparsityException("magnitude", $"weights of {name} that are infinite or not numbers", "weights are finite", "Correct the model.");
        return (BitmaskFormat.TwoOfFour(name, rows, columns, entry.Type.Value, stream._values, stream._bits), sum == 0 ? 0 : Math.Sqrt(lost / sum));
    }

    /// <inheritdoc/>
    public override void Invoke(int task, int worker)
    {
        var (first, end) = (task * RowsOfTask, Math.Min((task + 1) * RowsOfTask, _rows));
        var (stays, goes) = _type switch
        {
            ElementType.Float32 => Rows(first, end),
            ElementType.BFloat16 => Rows<BFloat16Bits>(first, end),
            _ => Rows<Float16Bits>(first, end),
        };
        (_sums[task], _lost[task]) = (stays + goes, goes);
    }

    private (double Stays, double Goes) Rows<TBits>(int first, int end)
        where TBits : struct, IHalfWidthBits
    {
        double stays = 0, goes = 0;
        var (steps, rest) = Math.DivRem(_columns, TwoOfEachFour.Step);
        ushort* lastWeights = stackalloc ushort[TwoOfEachFour.Step], lastValues = stackalloc ushort[TwoOfEachFour.Step / 2];
        fixed (byte* values = _values, bits = _bits)
            for (var row = first; row < end; row++)
            {
                var weights = (ushort*)_source + (long)row * _columns;
                var kept = (ushort*)values + (long)row * (_columns / 2);
                var mask = bits + (long)row * RowBytes;
                TwoOfEachFour.Row<TBits>(weights, steps, kept, mask, out var rowStays, out var rowGoes);
                (stays, goes) = (stays + rowStays, goes + rowGoes);
                if (rest == 0) continue;
                // One group is left: beside it zeros, of which the mask keeps none.
                *(ulong*)lastWeights = *(ulong*)(weights + steps * TwoOfEachFour.Step);
                TwoOfEachFour.Row<TBits>(lastWeights, 1, lastValues, mask + steps, out rowStays, out rowGoes);
                mask[steps] &= 0xF;
                *(uint*)(kept + steps * (TwoOfEachFour.Step / 2)) = *(uint*)lastValues;
                (stays, goes) = (stays + rowStays, goes + rowGoes);
            }

        return (stays, goes);
    }

    private (double Stays, double Goes) Rows(int first, int end)
    {
        double stays = 0, goes = 0;
        var groups = _columns / 4;
        fixed (byte* values = _values, bits = _bits)
            for (var row = first; row < end; row++)
            {
                var w = (uint*)_source + (long)row * _columns;
                var v = (uint*)values + (long)row * (_columns / 2);
                var mask = bits + (long)row * RowBytes;
                for (var group = 0; group < groups; group++, w += 4, v += 2)
                {
                    int a = Magnitude(w[0]), b = Magnitude(w[1]), c = Magnitude(w[2]), d = Magnitude(w[3]);
                    var outcome = Larger(b, a) | Larger(c, a) << 1 | Larger(d, a) << 2 | Larger(c, b) << 3 | Larger(d, b) << 4 | Larger(d, c) << 5;
                    mask[group / 2] |= (byte)(Nibbles[outcome] << (group % 2 * 4));
                    var positions = Positions[outcome];
                    v[0] = w[positions & 3];
                    v[1] = w[positions >> 2 & 3];
                    stays += Square(v[0]) + Square(v[1]);
                    goes += Square(w[positions >> 4 & 3]) + Square(w[positions >> 6]);
                }
            }

        return (stays, goes);

        static int Magnitude(uint stored) => (int)(stored & 0x7FFFFFFF);

        // 1 where x is above y: both fit 31 bits.
        static int Larger(int x, int y) => (int)((uint)(y - x) >> 31);
    }

    private static double Square(uint stored)
    {
        double value = BitConverter.UInt32BitsToSingle(stored);
        return value * value;
    }
}
