using Kernels.Testing;

namespace Kernels.Compression.Tests;

/// <summary>A layer with correlated inputs of unequal spread, one input that never fires, one constant input, and ties among its weights.</summary>
internal sealed class Layer
{
    public Layer(int seed, int rows, int columns, int sequences = 3, int tokens = 40)
    {
        (Rows, Columns) = (rows, columns);
        Weights = RandomValues.Normal(seed, rows * columns);
        for (var i = 0; i + 3 < Weights.Length; i += 11) Weights[i + 3] = -Weights[i]; // equal magnitudes
        for (var row = 0; row < rows; row++) Weights[row * columns + 1] = 0; // a zero column
        for (var sequence = 0; sequence < sequences; sequence++)
        {
            var x = RandomValues.Normal(seed + 1 + sequence, tokens * columns);
            for (var token = 0; token < tokens; token++)
                for (var j = 0; j < columns; j++)
                {
                    ref var value = ref x[token * columns + j];
                    if (j == 2) value = 0;
                    else if (j == 4) value = 0.5f;
                    else value = value * (0.2f + j % 7) + 0.3f * j % 5 + (j > 4 ? 0.4f * x[token * columns + j - 1] : 0);
                }

            Sequences.Add(x);
        }
    }

    public int Rows { get; }

    public int Columns { get; }

    public float[] Weights { get; }

    public List<float[]> Sequences { get; } = [];

    public double[] Magnitudes => Array.ConvertAll(Weights, weight => (double)Math.Abs(weight));

    public InputStatistics Statistics(bool gram = false)
    {
        var statistics = new InputStatistics(Columns, gram);
        foreach (var sequence in Sequences) statistics.Add(sequence);
        return statistics;
    }

    /// <summary>‖(W − Ŵ)X‖² / ‖WX‖² over every token.</summary>
    public double OutputError(float[] pruned)
    {
        double lost = 0, whole = 0;
        foreach (var sequence in Sequences)
            for (var token = 0; token < sequence.Length; token += Columns)
                for (var row = 0; row < Rows; row++)
                {
                    double difference = 0, output = 0;
                    for (var j = 0; j < Columns; j++)
                    {
                        difference += (Weights[row * Columns + j] - pruned[row * Columns + j]) * (double)sequence[token + j];
                        output += Weights[row * Columns + j] * (double)sequence[token + j];
                    }

                    lost += difference * difference;
                    whole += output * output;
                }

        return lost / whole;
    }
}
