using Xunit;

namespace Kernels.Compression.Tests;

public sealed class SparsityPatternTests
{
    [Theory]
    [InlineData("2:4", 0.5)]
    [InlineData("3:32", 1 - 3.0 / 32)]
    [InlineData("2:8/16", 0.75)]
    [InlineData("64:2:16", 0.875)]
    [InlineData("unstructured@0.6", 0.6)]
    [InlineData("group:4@0.7", 0.7)]
    [InlineData("block:16@0.5", 0.5)]
    public void Names_are_read_and_written_alike(string name, double sparsity)
    {
        var pattern = SparsityPattern.Parse(name);
        Assert.Equal(name, pattern.Name);
        Assert.Equal(sparsity, pattern.Sparsity, 1e-12);
        Assert.Equal(pattern, SparsityPattern.Parse(pattern.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2:4@0.5")]
    [InlineData("unstructured")]
    [InlineData("unstructured@1")]
    [InlineData("unstructured@-0.1")]
    [InlineData("unstructured@NaN")]
    [InlineData("group:0@0.5")]
    [InlineData("group:4")]
    [InlineData("5:4")]
    [InlineData("2:33")]
    [InlineData("2:+4")]
    [InlineData("4:3:8")]
    [InlineData("a:b")]
    [InlineData("@")]
    [InlineData("block:16@0.5@0.5")]
    public void Other_names_are_refused(string name) => Assert.Throws<SparsityException>(() => SparsityPattern.Parse(name));

    [Fact]
    public void A_matrix_that_does_not_divide_is_refused_by_name()
    {
        var refusal = Assert.Throws<SparsityException>(() => SparsityPattern.Parse("group:4@0.5").Select(new double[18], 6, 3, Comparison.WithinLayer));
        Assert.Contains("group:4@0.5", refusal.Message);
        Assert.Contains("[6, 3]", refusal.Message);
        Assert.Contains("[4, 1]", refusal.Message);
        Assert.Throws<SparsityException>(() => SparsityPattern.Parse("2:4").Select(new double[6], 1, 6, Comparison.WithinRow));
    }

    [Fact]
    public void Groups_follow_the_sums_of_their_scores()
    {
        // Column sums of the two groups of rows: 5, 4, 9, 1 and 8, 2, 2, 10.
        double[] scores = [1, 0, 9, 1, 4, 4, 0, 0, 8, 1, 1, 5, 0, 1, 1, 5];
        var byRow = SparsityPattern.Parse("group:2@0.5").Select(scores, 4, 4, Comparison.WithinRow);
        Assert.Equal([true, false, true, false], byRow.ToArray()[4..8]);
        Assert.Equal([true, false, false, true], byRow.ToArray()[8..12]);
        // Sorted sums 1 2 2 4 5 8 9 10: the fourth, counted from 0, is 5, and goes with all below.
        var byLayer = SparsityPattern.Parse("group:2@0.5").Select(scores, 4, 4, Comparison.WithinLayer);
        Assert.Equal([false, false, true, false, false, false, true, false, true, false, false, true, true, false, false, true], byLayer.ToArray());
    }

    [Fact]
    public void V_n_m_selects_columns_first()
    {
        // Column sums 9 1 8 7 6 5: columns 0, 2, 3, 4 are selected, though row 1 has its best at column 5.
        double[] scores = [9, 1, 7, 7, 4, 0, 0, 0, 1, 0, 2, 5];
        var mask = SparsityPattern.Parse("2:2:6").Select(scores, 2, 6, Comparison.WithinRow);
        Assert.Equal([true, false, true, false, false, false, false, false, true, false, true, false], mask.ToArray());
    }
}
