namespace Kernels;

/// <summary>The N:M mask of the largest magnitudes, summed over the outputs that choose together; of equal ones the earlier input.</summary>
internal static unsafe class LargestOfGroup
{
    /// <summary>Chooses for a matrix whose columns are a multiple of <paramref name="of"/>.</summary>
    public static WeightMask Mask(HostMatrix source, int kept, int of, int vector)
    {
        var keep = new bool[checked(source.Rows * source.Columns)];
        var sums = new float[of];
        fixed (byte* data = source.Data)
            for (var row = 0; row < source.Rows; row += vector)
                for (var column = 0; column < source.Columns; column += of)
                {
                    Array.Clear(sums);
                    for (var lane = 0; lane < vector; lane++)
                        for (var i = 0; i < of; i++) sums[i] += MathF.Abs(Value(source, data, row + lane, column + i));
                    for (var pick = 0; pick < kept; pick++)
                    {
                        var best = Largest(sums);
                        sums[best] = -1;
                        for (var lane = 0; lane < vector; lane++) keep[(row + lane) * source.Columns + column + best] = true;
                    }
                }

        return new WeightMask(source.Rows, source.Columns, keep);
    }

    // NaN counts as larger than any number, so that it is never dropped for one.
    private static int Largest(float[] sums)
    {
        var best = 0;
        for (var i = 1; i < sums.Length; i++)
            if (!float.IsNaN(sums[best]) && (float.IsNaN(sums[i]) || sums[i] > sums[best])) best = i;
        return best;
    }

    private static float Value(HostMatrix source, byte* data, int row, int column)
    {
        float value;
        var index = source.Transposed ? (long)column * source.Rows + row : (long)row * source.Columns + column;
        FloatDecoder.Decode(data + index * source.Type.Size(), source.Type, &value, 1);
        return source.ScaleColumns == 0 ? value : value * source.Scales[row * ((source.Columns - 1) / source.ScaleColumns + 1) + column / source.ScaleColumns];
    }
}
