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

    private TwoOfFourStream(byte* source, ElementType type, int rows, int columns)
    {
        _source = source;
        (_type, _rows, _columns) = (type, rows, columns);
        _values = GC.AllocateUninitializedArray<byte>(checked(rows * (columns / 2) * type.Size()));
        _bits = new byte[rows * ((columns + 7) / 8)];
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
        switch (_type)
        {
            case ElementType.Float32: Rows<uint, Float32Bits>(first, end, out _sums[task], out _lost[task]); break;
            case ElementType.BFloat16: Rows<ushort, BFloat16Bits>(first, end, out _sums[task], out _lost[task]); break;
            default: Rows<ushort, Float16Bits>(first, end, out _sums[task], out _lost[task]); break;
        }
    }

    private void Rows<T, TBits>(int first, int end, out double sum, out double lost)
        where T : unmanaged
        where TBits : struct, IStoredBits<T>
    {
        double stays = 0, goes = 0;
        var rowBytes = (_columns + 7) / 8;
        var groups = _columns / 4;
        fixed (byte* values = _values, bits = _bits)
            for (var row = first; row < end; row++)
            {
                var w = (T*)_source + (long)row * _columns;
                var v = (T*)values + (long)row * (_columns / 2);
                var mask = bits + (long)row * rowBytes;
                for (var group = 0; group < groups; group++, w += 4, v += 2)
                {
                    int a = TBits.Magnitude(w[0]), b = TBits.Magnitude(w[1]), c = TBits.Magnitude(w[2]), d = TBits.Magnitude(w[3]);
                    var outcome = Larger(b, a) | Larger(c, a) << 1 | Larger(d, a) << 2 | Larger(c, b) << 3 | Larger(d, b) << 4 | Larger(d, c) << 5;
                    mask[group / 2] |= (byte)(Nibbles[outcome] << (group % 2 * 4));
                    var positions = Positions[outcome];
                    v[0] = w[positions & 3];
                    v[1] = w[positions >> 2 & 3];
                    stays += Square(TBits.Value(v[0])) + Square(TBits.Value(v[1]));
                    goes += Square(TBits.Value(w[positions >> 4 & 3])) + Square(TBits.Value(w[positions >> 6]));
                }
            }

        (sum, lost) = (stays + goes, goes);

        // 1 where x is above y: both fit 31 bits.
        static int Larger(int x, int y) => (int)((uint)(y - x) >> 31);
    }

    private static double Square(float value) => (double)value * value;

    /// <summary>What the pass has to know of a storage.</summary>
    private interface IStoredBits<T>
    {
        static abstract int Magnitude(T stored);

        static abstract float Value(T stored);
    }

    private readonly struct Float32Bits : IStoredBits<uint>
    {
        public static int Magnitude(uint stored) => (int)(stored & 0x7FFFFFFF);

        public static float Value(uint stored) => BitConverter.UInt32BitsToSingle(stored);
    }

    private readonly struct BFloat16Bits : IStoredBits<ushort>
    {
        public static int Magnitude(ushort stored) => stored & 0x7FFF;

        public static float Value(ushort stored) => ElementTypes.FromBFloat16(stored);
    }

    private readonly struct Float16Bits : IStoredBits<ushort>
    {
        public static int Magnitude(ushort stored) => stored & 0x7FFF;

        public static float Value(ushort stored) => ElementTypes.FromFloat16(stored);
    }
}
