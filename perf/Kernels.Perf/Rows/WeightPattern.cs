using Kernels.Perf.Checking;

namespace Kernels.Perf.Rows;

/// <summary>Which weights of a row are stored, on processors and on GPUs.</summary>
/// <param name="Name">As names of rows have it.</param>
/// <param name="Description">In words.</param>
/// <param name="PositionBits">Bits that say where a stored weight belongs, by the definition of the pattern; what a layout pads is not counted.</param>
internal abstract record WeightPattern(string Name, string Description, double PositionBits)
{
    /// <summary>Every weight.</summary>
    public static WeightPattern Dense { get; } = new AllWeights();

    /// <summary>The N largest of every M.</summary>
    public static WeightPattern Largest(int kept, int of) => new LargestWeights(kept, of);

    /// <summary>Blocks at random, of which so many per cent are dropped.</summary>
    public static WeightPattern Blocks(int rows, int columns, int dropped) => new RandomBlockWeights(rows, columns, dropped);

    /// <summary>V:2:M at random.</summary>
    public static WeightPattern Vnm(int height, int of) => new RandomVnmWeights(height, of);

    /// <summary>The mask to pack with, null where the kernel chooses itself; and the share of weights that are stored.</summary>
    public abstract (WeightMask? Mask, double Density) Choose(int outputs, int inputs);

    /// <summary>The weights that are stored, zeros elsewhere.</summary>
    public abstract float[] Prune(float[] weights, WeightMask? mask);

    private sealed record AllWeights() : WeightPattern("dense", "dense", 0)
    {
        public override (WeightMask?, double) Choose(int outputs, int inputs) => (null, 1);

        public override float[] Prune(float[] weights, WeightMask? mask) => weights;
    }

    private sealed record LargestWeights(int Kept, int Of) : WeightPattern($"{Kept}of{Of}", $"{Kept}:{Of}", Math.Log2(Of))
    {
        public override (WeightMask?, double) Choose(int outputs, int inputs) => (null, (double)Kept / Of);

        public override float[] Prune(float[] weights, WeightMask? mask) => SemiStructured.Prune(weights, Kept, Of);
    }

    private abstract record MaskedWeights(string Name, string Description, double PositionBits)
        : WeightPattern(Name, Description, PositionBits)
    {
        public sealed override (WeightMask?, double) Choose(int outputs, int inputs)
        {
            var keep = new bool[outputs * inputs];
            Fill(keep, outputs, inputs, new Random(outputs));
            var mask = new WeightMask(outputs, inputs, keep);
            return (mask, mask.Density);
        }

        public sealed override float[] Prune(float[] weights, WeightMask? mask)
        {
            var pruned = (float[])weights.Clone();
            mask!.Apply(pruned);
            return pruned;
        }

        protected abstract void Fill(bool[] keep, int outputs, int inputs, Random random);
    }

    // A block is numbered in 16 bits.
    private sealed record RandomBlockWeights(int Rows, int Columns, int Dropped) : MaskedWeights(
        $"{(Columns > 1 ? $"block{Rows}x{Columns}" : Rows > 1 ? $"group{Rows}" : "unstructured")}.{Dropped}",
        $"{Dropped} % of {(Columns > 1 ? $"blocks of {Rows}×{Columns}" : Rows > 1 ? $"groups of {Rows}" : "single weights")} dropped", 16.0 / (Rows * Columns))
    {
        protected override void Fill(bool[] keep, int outputs, int inputs, Random random)
        {
            for (var top = 0; top < outputs; top += Rows)
                for (var left = 0; left < inputs; left += Columns)
                {
                    if (random.Next(100) < Dropped) continue;
                    for (var row = top; row < top + Rows; row++) Array.Fill(keep, true, row * inputs + left, Columns);
                }
        }
    }

    // Two bits choose one of four, and a byte numbers each of the four.
    private sealed record RandomVnmWeights(int Height, int Of) : MaskedWeights(
        $"vnm{Height}.2of{Of}", $"{Height}:2:{Of}", 2 + 8.0 * VnmMatrix.Selected / (Height * VnmMatrix.Kept))
    {
        protected override void Fill(bool[] keep, int outputs, int inputs, Random random)
        {
            var columns = Enumerable.Range(0, Of).ToArray();
            for (var top = 0; top < outputs; top += Height)
                for (var left = 0; left < inputs; left += Of)
                {
                    random.Shuffle(columns);
                    for (var row = top; row < top + Height; row++)
                    {
                        var first = random.Next(VnmMatrix.Selected);
                        var second = (first + 1 + random.Next(VnmMatrix.Selected - 1)) % VnmMatrix.Selected;
                        keep[row * inputs + left + columns[first]] = keep[row * inputs + left + columns[second]] = true;
                    }
                }
        }
    }
}
