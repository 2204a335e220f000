using System.Numerics.Tensors;

namespace Kernels.Perf.Checking;

/// <summary>
/// Checks Y = X·Wᵀ in fp64 twice: some entries one by one, and all of them through a random vector of signs s, Y·s against
/// X·(Wᵀ·s) (Freivalds 1977), which a single wrong entry upsets.
/// </summary>
internal sealed class ProductCheck
{
    // An fp32 sum of k products drifts by about √k·2⁻²⁴ of the result's magnitude; blocked sums do better.
    private const double EntryLimit = 3e-5;
    private const int SampledEntries = 256;

    private readonly float[] _x, _w;
    private readonly int _rows, _inputs, _outputs;
    private readonly sbyte[] _signs;
    private readonly double[] _signed;

    /// <param name="x">[rows, inputs] row-major.</param>
    /// <param name="w">[outputs, inputs] row-major, as the kernel should see it: pruned, and rounded to its storage type.</param>
    /// <param name="rows">Rows of X.</param>
    /// <param name="inputs">Columns of X and W.</param>
    /// <param name="outputs">Rows of W.</param>
    public ProductCheck(float[] x, float[] w, int rows, int inputs, int outputs)
    {
        (_x, _w, _rows, _inputs, _outputs) = (x, w, rows, inputs, outputs);
        var random = new Random(1977);
        _signs = new sbyte[outputs];
        _signed = new double[inputs];
        for (var j = 0; j < outputs; j++)
        {
            _signs[j] = (sbyte)(random.Next(2) * 2 - 1);
            for (var k = 0; k < inputs; k++) _signed[k] += _signs[j] * (double)w[(long)j * inputs + k];
        }
    }

    /// <summary>Checks <paramref name="y"/>, [rows, outputs] row-major.</summary>
    /// <exception cref="WrongAnswerException">An entry or a row differs by more than rounding explains.</exception>
    public void Verify(ReadOnlySpan<float> y)
    {
        if (y.Length != _rows * _outputs)
            throw new WrongAnswerException($"The answer has {y.Length} entries; {_rows}×{_outputs} were expected.");
        if (!float.IsFinite(TensorPrimitives.SumOfSquares(y)))
            throw new WrongAnswerException("The answer holds NaN or infinities.");
        for (var i = 0; i < _rows; i++) VerifyRow(i, y.Slice(i * _outputs, _outputs));
        var random = new Random(_rows);
        for (var n = 0; n < SampledEntries; n++)
        {
            var (i, j) = (random.Next(_rows), random.Next(_outputs));
            VerifyEntry(i, j, y[i * _outputs + j], Magnitude(y.Slice(i * _outputs, _outputs)));
        }
    }

    private static double Magnitude(ReadOnlySpan<float> row) => Math.Sqrt(TensorPrimitives.SumOfSquares(row) / row.Length);

    private void VerifyRow(int i, ReadOnlySpan<float> row)
    {
        double received = 0, expected = 0;
        for (var j = 0; j < _outputs; j++) received += _signs[j] * (double)row[j];
        for (var k = 0; k < _inputs; k++) expected += _x[(long)i * _inputs + k] * _signed[k];
        var limit = EntryLimit * Math.Sqrt(_outputs) * Magnitude(row);
        if (!(Math.Abs(received - expected) <= limit))
            throw new WrongAnswerException(
                $"Row {i}: the signed sum of its {_outputs} entries is {received:g9}; fp64 gives {expected:g9} (limit ±{limit:g3}).");
    }

    private void VerifyEntry(int i, int j, float received, double magnitude)
    {
        double expected = 0;
        for (var k = 0; k < _inputs; k++) expected += (double)_x[(long)i * _inputs + k] * _w[(long)j * _inputs + k];
        var limit = EntryLimit * Math.Max(magnitude, Math.Abs(expected));
        if (!(Math.Abs(received - expected) <= limit))
            throw new WrongAnswerException($"Entry ({i}, {j}) is {received:g9}; fp64 gives {expected:g9} (limit ±{limit:g3}).");
    }
}
