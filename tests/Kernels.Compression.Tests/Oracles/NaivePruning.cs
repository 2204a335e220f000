namespace Kernels.Compression.Tests;

/// <summary>The published rules in fp64, word for word and without any care for speed.</summary>
internal static class NaivePruning
{
    /// <summary>Of every <paramref name="of"/> columns the <paramref name="kept"/> of highest score; the earlier of equal ones.</summary>
    public static bool[] SemiStructured(double[] scores, int columns, int kept, int of)
    {
        var keep = new bool[scores.Length];
        for (var group = 0; group < scores.Length; group += of)
            foreach (var i in Enumerable.Range(group, of).OrderByDescending(i => scores[i]).ThenBy(i => i).Take(kept)) keep[i] = true;
        return keep;
    }

    /// <summary>Scores above the one of rank ⌊count·s⌋.</summary>
    public static bool[] Threshold(double[] scores, double sparsity)
    {
        var threshold = scores.Order().ElementAt((int)(scores.Length * sparsity));
        return Array.ConvertAll(scores, score => score > threshold);
    }

    /// <summary>Without the ⌊columns·s⌋ smallest of every row; the later of equal ones go.</summary>
    public static bool[] ByRow(double[] scores, int columns, double sparsity)
    {
        var keep = new bool[scores.Length];
        for (var row = 0; row < scores.Length; row += columns)
            foreach (var i in Enumerable.Range(row, columns).OrderBy(i => scores[i]).ThenByDescending(i => i).Skip((int)(columns * sparsity))) keep[i] = true;
        return keep;
    }

    /// <summary>|W|·√(mean over sequences of Σ x²).</summary>
    public static double[] Wanda(float[] weights, int columns, List<float[]> sequences) => [.. weights.Select((weight, i) =>
        Math.Abs(weight) * Math.Sqrt(sequences.Sum(sequence => Column(sequence, columns, i % columns).Sum(x => (double)x * x)) / sequences.Count))];

    /// <summary>SparseGPT with an explicit inverse and immediate updates of all columns.</summary>
    public static (double[] Weights, bool[] Keep) SparseGpt(
        float[] weights, int rows, int columns, List<float[]> sequences, Func<double[], int, bool[]> select, int block, int span)
    {
        var w = Array.ConvertAll(weights, value => (double)value);
        var h = new double[columns, columns];
        foreach (var sequence in sequences)
            for (var token = 0; token < sequence.Length; token += columns)
                for (var i = 0; i < columns; i++)
                    for (var j = 0; j < columns; j++) h[i, j] += 2.0 / sequences.Count * sequence[token + i] * sequence[token + j];
        for (var j = 0; j < columns; j++)
        {
            if (h[j, j] != 0) continue;
            h[j, j] = 1;
            for (var row = 0; row < rows; row++) w[row * columns + j] = 0;
        }

        var damping = 0.01 * Enumerable.Range(0, columns).Average(j => h[j, j]);
        for (var j = 0; j < columns; j++) h[j, j] += damping;
        var u = UpperCholesky(Inverse(h));
        var keep = new bool[w.Length];
        for (var first = 0; first < columns; first += block)
            for (var start = first; start < Math.Min(first + block, columns); start += span)
            {
                var width = Math.Min(span, columns - start);
                var scores = new double[rows * width];
                for (var i = 0; i < scores.Length; i++)
                    scores[i] = Math.Pow(w[i / width * columns + start + i % width] / u[start + i % width, start + i % width], 2);
                var chosen = select(scores, width);
                for (var i = 0; i < chosen.Length; i++) keep[i / width * columns + start + i % width] = chosen[i];
                for (var j = start; j < start + width; j++)
                    for (var row = 0; row < rows; row++)
                    {
                        var error = keep[row * columns + j] ? 0 : w[row * columns + j] / u[j, j];
                        for (var i = j; i < columns; i++) w[row * columns + i] -= error * u[j, i];
                    }
            }

        for (var i = 0; i < w.Length; i++)
            if (!keep[i]) w[i] = 0;
        return (w, keep);
    }

    /// <summary>DSnoT row by row; <paramref name="group"/> 0 for unstructured.</summary>
    public static bool[] Dsnot(float[] weights, int columns, bool[] start, List<float[]> sequences, int group)
    {
        var keep = (bool[])start.Clone();
        var scores = Wanda(weights, columns, sequences);
        var inputs = Enumerable.Range(0, columns).Select(j => sequences.SelectMany(sequence => Column(sequence, columns, j)).Select(x => (double)x).ToArray()).ToArray();
        var variance = inputs.Select(x => Math.Max(0, x.Average(v => v * v) - Math.Pow(x.Average(), 2))).ToArray();
        for (var j = 0; j < columns; j++)
            if (variance[j] == 0) variance[j] = variance.Where(v => v > 0).Min();
        for (var row = 0; row < weights.Length; row += columns)
        {
            var d = Enumerable.Range(0, columns).Select(j => weights[row + j] * inputs[j].Sum() / sequences.Count).ToArray();
            var all = Enumerable.Range(0, columns).ToArray();
            var epsilon = all.Where(j => !keep[row + j]).Sum(j => d[j]);
            for (var cycle = 0; cycle < 50 && Math.Abs(epsilon) > 0.1; cycle++)
            {
                var sign = Math.Sign(epsilon);
                var grow = all.Where(j => !keep[row + j]).OrderByDescending(j => sign * d[j] / variance[j]).ThenBy(j => j).ToArray();
                if (grow.Length == 0) break;
                var candidates = all.Where(j => keep[row + j] && (group == 0 ? Math.Sign(d[j]) == -sign : j / group == grow[0] / group))
                    .OrderBy(j => scores[row + j]).ThenBy(j => j).ToArray();
                if (candidates.Length == 0) break;
                var after = epsilon - d[grow[0]] + d[candidates[0]];
                if (group != 0 && Math.Sign(after) == -sign) break;
                keep[row + grow[0]] = true;
                keep[row + candidates[0]] = false;
                epsilon = after;
            }
        }

        return keep;
    }

    /// <summary>Gauss and Jordan with pivots.</summary>
    public static double[,] Inverse(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var (a, inverse) = ((double[,])matrix.Clone(), new double[n, n]);
        for (var i = 0; i < n; i++) inverse[i, i] = 1;
        for (var column = 0; column < n; column++)
        {
            var pivot = Enumerable.Range(column, n - column).MaxBy(row => Math.Abs(a[row, column]));
            for (var j = 0; j < n; j++)
            {
                (a[column, j], a[pivot, j]) = (a[pivot, j], a[column, j]);
                (inverse[column, j], inverse[pivot, j]) = (inverse[pivot, j], inverse[column, j]);
            }

            var scale = 1 / a[column, column];
            for (var j = 0; j < n; j++)
            {
                a[column, j] *= scale;
                inverse[column, j] *= scale;
            }

            for (var row = 0; row < n; row++)
            {
                var factor = a[row, column];
                if (row == column || factor == 0) continue;
                for (var j = 0; j < n; j++)
                {
                    a[row, j] -= factor * a[column, j];
                    inverse[row, j] -= factor * inverse[column, j];
                }
            }
        }

        return inverse;
    }

    /// <summary>U of A = UᵀU, by the textbook.</summary>
    public static double[,] UpperCholesky(double[,] a)
    {
        var n = a.GetLength(0);
        var u = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = i; j < n; j++)
            {
                var sum = a[i, j];
                for (var k = 0; k < i; k++) sum -= u[k, i] * u[k, j];
                u[i, j] = i == j ? Math.Sqrt(sum) : sum / u[i, i];
            }

        return u;
    }

    private static IEnumerable<float> Column(float[] sequence, int columns, int column)
    {
        for (var i = column; i < sequence.Length; i += columns) yield return sequence[i];
    }
}
