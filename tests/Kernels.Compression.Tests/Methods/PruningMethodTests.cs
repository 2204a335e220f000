using CsCheck;
using Xunit;

namespace Kernels.Compression.Tests;

/// <summary>Every method against its definition in fp64, on layers with ties, a zero column, a dead input and a constant one.</summary>
public sealed class PruningMethodTests
{
    [Theory]
    [InlineData(2, 4)]
    [InlineData(1, 4)]
    [InlineData(5, 8)]
    [InlineData(3, 16)]
    public void N_of_m_by_magnitude_and_wanda(int kept, int of)
    {
        var layer = new Layer(3, 10, 48);
        var pattern = new SemiStructuredPattern(kept, of);
        Assert.Equal(NaivePruning.SemiStructured(layer.Magnitudes, 48, kept, of), Mask(new MagnitudePruning(), layer, pattern));
        Assert.Equal(
            NaivePruning.SemiStructured(NaivePruning.Wanda(layer.Weights, 48, layer.Sequences), 48, kept, of), Mask(new WandaPruning(), layer, pattern));
    }

    [Fact]
    public void Unstructured_by_magnitude_drops_to_a_threshold_and_by_wanda_in_each_row() => Check.Sample(
        Gen.Select(Gen.Int[0, 1000], Gen.Int[1, 9], Gen.Int[8, 40], Gen.Double[0.05, 0.95]),
        (seed, rows, columns, sparsity) =>
        {
            var layer = new Layer(seed, rows, columns);
            var pattern = new BlockPattern(1, 1, sparsity);
            Assert.Equal(NaivePruning.Threshold(layer.Magnitudes, sparsity), Mask(new MagnitudePruning(), layer, pattern));
            var scores = NaivePruning.Wanda(layer.Weights, columns, layer.Sequences);
            Assert.Equal(NaivePruning.ByRow(scores, columns, sparsity), Mask(new WandaPruning(), layer, pattern));
        }, iter: 60, seed: "0000WXNuPB62");

    [Fact]
    public void One_threshold_over_layers()
    {
        Layer[] layers = [new(1, 5, 30), new(2, 7, 20), new(3, 2, 90)];
        foreach (var sparsity in new[] { 0, 0.01, 0.5, 0.77, 0.999 })
        {
            var method = GlobalMagnitudePruning.Over(layers.Select(layer => (ReadOnlyMemory<float>)layer.Weights), sparsity);
            var all = layers.SelectMany(layer => layer.Magnitudes).ToArray();
            var expected = sparsity == 0 ? [.. all.Select(_ => true)] : NaivePruning.Threshold(all, sparsity);
            Assert.Equal(expected, layers.SelectMany(layer => Mask(method, layer, new BlockPattern(1, 1, sparsity))));
        }

        Assert.Throws<SparsityException>(() => GlobalMagnitudePruning.Over([], 0.5));
        Assert.Throws<SparsityException>(() => Mask(GlobalMagnitudePruning.Over([new float[4]], 0.5), layers[0], new SemiStructuredPattern(1, 2)));
    }

    [Theory]
    [InlineData("2:4")]
    [InlineData("3:8")]
    [InlineData("unstructured@0.6")]
    public void Sparse_gpt_is_its_definition(string name)
    {
        var pattern = SparsityPattern.Parse(name);
        foreach (var (rows, columns) in new[] { (6, 48), (5, 160), (3, 8) })
        {
            var layer = new Layer(11, rows, columns, tokens: 2 * columns);
            Func<double[], int, bool[]> select = pattern is SemiStructuredPattern semi
                ? (scores, width) => NaivePruning.SemiStructured(scores, width, semi.Kept, semi.Of)
                : (scores, _) => NaivePruning.Threshold(scores, pattern.Sparsity);
            var span = pattern is SemiStructuredPattern group ? group.Of : 128;
            var (expected, keep) = NaivePruning.SparseGpt(layer.Weights, rows, columns, layer.Sequences, select, 128, span);
            var weights = (float[])layer.Weights.Clone();
            var mask = new SparseGptPruning().Prune(weights, rows, columns, pattern, layer.Statistics(gram: true));
            Assert.Equal(keep, mask.ToArray());
            for (var i = 0; i < weights.Length; i++) Assert.Equal(expected[i], weights[i], 1e-5 * (1 + Math.Abs(expected[i])));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(8)]
    public void Dsnot_is_its_definition(int group)
    {
        var layer = new Layer(17, 12, 64);
        SparsityPattern pattern = group == 0 ? new BlockPattern(1, 1, 0.6) : new SemiStructuredPattern(group / 2, group);
        var start = Mask(new WandaPruning(), layer, pattern);
        var expected = NaivePruning.Dsnot(layer.Weights, 64, start, layer.Sequences, group);
        var actual = Mask(new DsnotPruning(), layer, pattern);
        Assert.Equal(expected, actual);
        Assert.NotEqual(start, actual);
        Assert.Equal(start.Count(kept => kept), actual.Count(kept => kept));
    }

    [Fact]
    public void Methods_that_know_more_lose_less()
    {
        var layer = new Layer(23, 32, 96, tokens: 200);
        double Error(PruningMethod method, string pattern)
        {
            var weights = (float[])layer.Weights.Clone();
            method.Prune(weights, 32, 96, SparsityPattern.Parse(pattern), layer.Statistics(gram: true));
            return layer.OutputError(weights);
        }

        foreach (var pattern in new[] { "2:4", "unstructured@0.5", "group:4@0.5" })
        {
            var (random, magnitude) = (Error(new RandomPruning(1), pattern), Error(new MagnitudePruning(), pattern));
            var (wanda, gpt) = (Error(new WandaPruning(), pattern), Error(new SparseGptPruning(), pattern));
            Assert.True(gpt < wanda && wanda < magnitude && magnitude < random, $"{pattern}: {gpt} < {wanda} < {magnitude} < {random}");
        }
    }

    [Fact]
    public void Kept_zeros_stay_kept()
    {
        var weights = new float[8];
        var mask = new MagnitudePruning().Prune(weights, 2, 4, new SemiStructuredPattern(2, 4));
        Assert.Equal(4, mask.Kept);
        Assert.Equal(4, SemiStructuredMatrix.Pack(weights, mask, 2, 4).Values.Length);
    }

    [Fact]
    public void Random_masks_have_the_density_and_repeat()
    {
        var layer = new Layer(29, 40, 50);
        var mask = Mask(new RandomPruning(5), layer, new BlockPattern(4, 1, 0.7));
        Assert.Equal(mask, Mask(new RandomPruning(5), layer, new BlockPattern(4, 1, 0.7)));
        Assert.NotEqual(mask, Mask(new RandomPruning(6), layer, new BlockPattern(4, 1, 0.7)));
        Assert.Equal(0.3, mask.Average(kept => kept ? 1.0 : 0), 0.01);
    }

    [Fact]
    public void Unfit_requests_are_refused_and_leave_the_weights()
    {
        var layer = new Layer(31, 6, 16);
        var before = (float[])layer.Weights.Clone();
        var pattern = new SemiStructuredPattern(2, 4);
        Refused("no inputs", () => new WandaPruning().Prune(layer.Weights, 6, 16, pattern));
        Refused("without XXᵀ", () => new SparseGptPruning().Prune(layer.Weights, 6, 16, pattern, layer.Statistics()));
        Refused("statistics of 16 inputs", () => new WandaPruning().Prune(new float[48], 6, 8, pattern, layer.Statistics()));
        Refused("pattern group:2@0.5", () => new DsnotPruning().Prune(layer.Weights, 6, 16, new BlockPattern(2, 1, 0.5), layer.Statistics()));
        Refused("[4, 1]", () => new MagnitudePruning().Prune(layer.Weights, 6, 16, new BlockPattern(4, 1, 0.5)));
        Refused("NaN at [0, 1]", () => new MagnitudePruning().Prune([0, float.NaN, 0, 0], 1, 4, pattern));
        Assert.Equal(before, layer.Weights);
    }

    private static bool[] Mask(PruningMethod method, Layer layer, SparsityPattern pattern) =>
        method.Prune((float[])layer.Weights.Clone(), layer.Rows, layer.Columns, pattern, layer.Statistics()).ToArray();

    private static void Refused(string value, Action prune) => Assert.Contains(value, Assert.Throws<SparsityException>(prune).Message);
}
