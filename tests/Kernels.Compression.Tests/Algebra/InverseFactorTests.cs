using Kernels.Testing;
using Xunit;

namespace Kernels.Compression.Tests;

public sealed class InverseFactorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(131)]
    [InlineData(200)]
    public void The_factor_is_the_upper_cholesky_of_the_inverse(int size)
    {
        var matrix = PositiveDefinite(size);
        var expected = NaivePruning.UpperCholesky(NaivePruning.Inverse(matrix));
        var actual = new double[size * size];
        for (var i = 0; i < size; i++)
            for (var j = 0; j < size; j++) actual[i * size + j] = j < i ? double.NaN : matrix[i, j]; // the lower part is not read
        Assert.True(InverseFactor.Compute(actual, size));
        for (var i = 0; i < size; i++)
            for (var j = 0; j < size; j++) Assert.Equal(expected[i, j], actual[i * size + j], 1e-9);
    }

    [Fact]
    public void Indefinite_matrices_are_noticed()
    {
        Assert.False(InverseFactor.Compute([1, 2, 2, 1], 2));
        Assert.False(InverseFactor.Compute([0], 1));
        Assert.False(InverseFactor.Compute([double.NaN], 1));
    }

    [Fact]
    public void Statistics_are_the_sums_they_claim()
    {
        const int columns = 37;
        var statistics = new InputStatistics(columns, gram: true);
        var sequences = Enumerable.Range(0, 3).Select(i => RandomValues.Normal(i, (300 + 13 * i) * columns)).ToArray();
        foreach (var sequence in sequences) statistics.Add(sequence);
        var tokens = sequences.SelectMany(sequence => sequence.Chunk(columns)).ToArray();
        Assert.Equal(tokens.Length, statistics.Tokens);
        Assert.Equal(3, statistics.Sequences);
        for (var i = 0; i < columns; i++)
        {
            Assert.Equal(tokens.Sum(token => (double)token[i]), statistics.Sums[i], 1e-9);
            Assert.Equal(tokens.Sum(token => (double)token[i] * token[i]), statistics.Squares[i], 1e-9);
            for (var j = 0; j < columns; j++) Assert.Equal(tokens.Sum(token => (double)token[i] * token[j]), statistics.Gram(i, j), 1e-9);
        }

        Assert.Throws<SparsityException>(() => statistics.Add(new float[columns + 1]));
        Assert.Throws<SparsityException>(() => statistics.Add([]));
        Assert.Contains("input 2 of token 1", Assert.Throws<SparsityException>(() => new InputStatistics(3).Add([1, 2, 3, 4, 5, float.NaN])).Message);
    }

    private static double[,] PositiveDefinite(int size)
    {
        var x = RandomValues.Normal(size, 2 * size * size);
        var matrix = new double[size, size];
        for (var i = 0; i < size; i++)
            for (var j = 0; j < size; j++)
            {
                for (var k = 0; k < 2 * size; k++) matrix[i, j] += x[k * size + i] * (double)x[k * size + j];
                if (i == j) matrix[i, j] += 0.1;
            }

        return matrix;
    }
}
