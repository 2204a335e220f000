using Kernels.Compression;
using Kernels.Models;
using Kernels.Perf.Checking;
using Kernels.Perf.Rows;
using Kernels.Testing;
using Xunit;

namespace Kernels.Perf.Tests;

public class CheckTests
{
    [Fact]
    public void A_right_product_passes_and_any_wrong_entry_is_caught()
    {
        const int Rows = 7, Inputs = 64, Outputs = 45;
        var random = new Random(1);
        var (x, w) = (Fill(random, Rows * Inputs), Fill(random, Outputs * Inputs));
        var y = Array.ConvertAll(MatMulOracle.Multiply(x, w, Rows, Inputs, Outputs), value => (float)value);
        var check = new ProductCheck(x, w, Rows, Inputs, Outputs);
        check.Verify(y);
        for (var i = 0; i < y.Length; i++)
        {
            var right = y[i];
            foreach (var wrong in new[] { right + 0.01f, right - 1, float.NaN, float.PositiveInfinity })
            {
                y[i] = wrong;
                Assert.Throws<WrongAnswerException>(() => check.Verify(y));
            }

            y[i] = right;
        }
    }

    [Theory]
    [InlineData("magnitude", true)]
    [InlineData("random", false)]
    public void A_model_pruned_otherwise_than_by_magnitude_is_caught(string method, bool right)
    {
        var folder = Directory.CreateTempSubdirectory("kernels-perf-check-");
        try
        {
            var (model, pruned) = (Path.Combine(folder.FullName, "model"), Path.Combine(folder.FullName, "pruned"));
            new RandomLlama(Hidden: 64, Inner: 72, Layers: 2, Vocabulary: 50).Write(model);
            using var device = new CpuDevice(1);
            new ModelCompressor(ModelFiles.InFolder(model), new CompressionOptions { Pattern = SparsityPattern.Parse("2:4"), Method = method }).Write(pruned, device);
            var check = new PrunedModelCheck(model, pruned);
            if (right) check.Verify();
            else Assert.Throws<WrongAnswerException>(check.Verify);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_product_of_another_matrix_is_caught()
    {
        const int Rows = 2, Inputs = 16, Outputs = 16;
        var random = new Random(2);
        var (x, w) = (Fill(random, Rows * Inputs), Fill(random, Outputs * Inputs));
        var transposed = new float[w.Length];
        for (var i = 0; i < Outputs; i++)
            for (var j = 0; j < Inputs; j++) transposed[j * Outputs + i] = w[i * Inputs + j];
        var y = Array.ConvertAll(MatMulOracle.Multiply(x, transposed, Rows, Inputs, Outputs), value => (float)value);
        Assert.Throws<WrongAnswerException>(() => new ProductCheck(x, w, Rows, Inputs, Outputs).Verify(y));
    }

    [Fact]
    public void Attention_is_checked_row_by_row_against_the_definition()
    {
        const int Tokens = 70, Heads = 4, KeyHeads = 2, Channels = 8;
        var random = new Random(3);
        var (q, k, v) = (Fill(random, Tokens * Heads * Channels), Fill(random, Tokens * KeyHeads * Channels), Fill(random, Tokens * KeyHeads * Channels));
        var output = new float[q.Length];
        for (var i = 0; i < Tokens; i++)
            for (var h = 0; h < Heads; h++)
            {
                var (row, _) = DenseAttentionOracle.Row(
                    Channel(q, i * Heads + h), Keys(k, h / 2), Keys(v, h / 2), 1 / Math.Sqrt(Channels), j => j <= i);
                for (var c = 0; c < Channels; c++) output[(i * Heads + h) * Channels + c] = (float)row[c];
            }

        var check = new AttentionCheck(q, k, v, Tokens, Tokens, Heads, KeyHeads, Channels);
        check.Verify(output, (_, i, j) => j <= i ? Visit.Yes : Visit.No);
        Assert.Throws<WrongAnswerException>(() => check.Verify(output, (_, i, j) => j <= i && i - j < 32 ? Visit.Yes : Visit.No));
        // A whole stripe of one head is wrong: one of its rows is looked at.
        for (var i = 0; i < 64; i++) output[(i * Heads + 3) * Channels] += 0.01f;
        Assert.Throws<WrongAnswerException>(() => check.Verify(output, (_, i, j) => j <= i ? Visit.Yes : Visit.No));

        static double[] Channel(float[] values, int vector) => [.. values.Skip(vector * Channels).Take(Channels).Select(value => (double)value)];

        static double[][] Keys(float[] values, int head) => [.. Enumerable.Range(0, Tokens).Select(j => Channel(values, j * KeyHeads + head))];
    }

    [Fact]
    public void The_anchor_selection_is_the_declared_one()
    {
        const int Tokens = 300, Heads = 4, KeyHeads = 2, Channels = 16, Block = 32, Step = 2;
        var declaration = new AttentionDeclaration
        {
            Name = "Test", Hash = "", Pattern = AttentionPattern.Anchor, HeadDim = Channels, Causal = true, Scale = 0.25f,
            Block = Block, Step = Step, Theta = 2.8f,
        };
        var random = new Random(6);
        var (q, k) = (Fill(random, Tokens * Heads * Channels), Fill(random, Tokens * KeyHeads * Channels));
        for (var i = 0; i < k.Length; i++) k[i] *= 4;
        var selection = new AnchorSelection(q, k, Tokens, Heads, KeyHeads, declaration);
        long pairs = 0, doubtful = 0, chosen = 0;
        for (var h = 0; h < Heads; h++)
        {
            double[][] Rows(float[] values, int heads, int head) =>
                [.. Enumerable.Range(0, Tokens).Select(i => Enumerable.Range(0, Channels).Select(c => (double)values[(i * heads + head) * Channels + c]).ToArray())];
            var visits = AnchorOracle.Select(Rows(q, Heads, h), Rows(k, KeyHeads, h / 2), 0, 0.25, Block, Step, declaration.Theta).Visits;
            for (var i = 0; i < Tokens; i++)
                for (var j = 0; j < Tokens; j++)
                {
                    var visit = selection.Visits(h, i, j);
                    if (visit == Visit.Doubtful) doubtful++;
                    else Assert.Equal(visits[i][j], visit == Visit.Yes);
                    if (visit == Visit.Yes) pairs++;
                    if (visit == Visit.Yes && j >= Block && j < i / 64 * 64 - Block) chosen++;
                }
        }

        Assert.Equal((pairs, pairs + doubtful), selection.CountPairs());
        Assert.InRange(chosen, 1, Heads * Tokens * Tokens / 4); // The threshold chose some columns and refused others.
    }

    [Fact]
    public void Groups_keep_the_largest_and_the_earlier_of_equals()
    {
        Assert.Equal([0, -3, 0, 4, 1, 1, 0, 0, 0, 2, -2, 0], SemiStructured.Prune([1, -3, 2, 4, 1, 1, 1, -1, 1, 2, -2, 1], 2, 4));
        Assert.Equal([0, -3, 3, 0, 0, 5, 0, 0], SemiStructured.Prune([1, -3, 3, 2, 0, 5, 2, -2], 3, 8));
    }

    private static float[] Fill(Random random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = 2 * random.NextSingle() - 1;
        return values;
    }
}
