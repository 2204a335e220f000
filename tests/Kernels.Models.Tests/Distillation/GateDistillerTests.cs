using Kernels.Testing;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>Gates learned from a tiny model's own attention.</summary>
public sealed class GateDistillerTests : IDisposable
{
    private static readonly int[] Text = [.. Enumerable.Range(0, 1100).Select(i => (i * i * 7 + 3 * i + 5) % 256)];
    private static readonly GateDistillationOptions Options = new() { SequenceLength = 320, Steps = 25, LearningRate = 1e-2, Seed = 3 };

    private readonly RandomModel _files = new(RandomModel.Tiny(ModelArchitecture.Qwen3));
    private readonly CpuDevice _device = new(2);
    private readonly LanguageModel _model;

    public GateDistillerTests() => _model = LanguageModel.Load(_files.Path, _device);

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gates_learn_alike_on_any_number_of_threads(bool forDecode)
    {
        var options = Options with { ForDecode = forDecode, Threads = 1 };
        var distiller = new GateDistiller(_model, Text, options);
        var told = new List<int>();
        var (gates, report) = distiller.Distil(new Inline(told.Add));
        var (again, _) = new GateDistiller(_model, Text, options with { Threads = 3 }).Distil();
        Assert.Equal(Enumerable.Range(1, distiller.Work), told);
        Assert.Equal((2, 1, 320), (report.TrainingSequences, report.HeldOutSequences, report.SequenceLength));
        Assert.Equal(forDecode, gates.ServesDecode);
        for (var layer = 0; layer < _model.Config.Layers; layer++)
        {
            Assert.Equal(gates.Layers[layer].KeyWeights, again.Layers[layer].KeyWeights);
            Assert.Equal(gates.Layers[layer].QueryWeights, again.Layers[layer].QueryWeights);
            Assert.True(report.Layers[layer].LossAfter < report.Layers[layer].LossBefore, $"layer {layer}: {report.Layers[layer]}");
            Assert.All(report.Layers[layer].Recall, recall =>
            {
                Assert.InRange(recall.Before, 0, recall.Best + 1e-9);
                Assert.InRange(recall.After, 0, recall.Best + 1e-9);
                Assert.InRange(recall.Best, 0, 1 + 1e-9);
            });
        }
    }

    /// <summary>The gate that a kernel asks is the gate that was trained: both give the blocks the same order.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Kernels_see_the_logits_that_were_trained(bool forDecode)
    {
        var config = _model.Config;
        const int tokens = 320;
        AttentionInputs inputs = null!;
        var recorder = new AttentionRecorder(AttentionMethod.Dense.Prefill(8), given => inputs = given);
        using (var session = _model.CreateSession(new SessionOptions
        {
            Length = tokens, ChunkLength = tokens, EveryPosition = true, Attention = AttentionMethod.Dense with { Prefill = _ => recorder.Kernel },
        })) session.Prefill(Text[..tokens]);

        var (gates, _) = new GateDistiller(_model, Text, Options with { ForDecode = forDecode }).Distil();
        var gate = gates.Layers[^1];
        var examples = new GateExamples(config, new PositionTurns(gate.Rotation, tokens), tokens, forDecode).Make(inputs, 1);
        for (var unit = 0; unit < examples.Length; unit++)
        {
            var weights = new GateWeights(forDecode ? 3 * 8 : 8, 24, 8, forDecode);
            for (var i = 0; i < weights.Key.Length; i++) weights.Key[i] = gate.KeyWeights[unit * weights.Key.Length + i];
            for (var i = 0; i < weights.Query.Length; i++) weights.Query[i] = gate.QueryWeights[unit * weights.Query.Length + i];
            var loss = new GateLoss(weights, new PositionTurns(gate.Rotation, tokens), AttentionGates.Block);
            loss.Project(examples[unit]);
            var oracle = new GateOracle(gate, forDecode ? unit : unit / 3);
            foreach (var row in forDecode ? new[] { 5, 64, 127, 200, 319 } : [0, 2, 4])
            {
                double[][] Head(int head) => Rows(inputs.Query, config.QueryHeads, head);
                var keys = Rows(inputs.Key, config.KeyHeads, forDecode ? unit : unit / 3);
                var expected = forDecode
                    ? oracle.SharedLogits([Head(unit * 3), Head(unit * 3 + 1), Head(unit * 3 + 2)], row, keys, 0, row / 64 + 1)
                    : oracle.Logits(unit % 3, Head(unit), [.. Enumerable.Range(row * 64, 64)], keys, 0, 64, row + 1);
                var actual = loss.Logits(examples[unit], row);
                for (var b = 0; b < expected.Length; b++) Assert.Equal(expected[b], actual[b], 1e-6);
            }
        }

        double[][] Rows(float[] values, int heads, int head) =>
            [.. Enumerable.Range(0, tokens).Select(token => Enumerable.Range(0, 8).Select(c => (double)values[(token * heads + head) * 8 + c]).ToArray())];
    }

    [Fact]
    public void Targets_are_the_largest_attention_of_each_block()
    {
        const int tokens = 140;
        var config = new ModelConfig
        {
            Architecture = ModelArchitecture.Llama, HiddenSize = 8, IntermediateSize = 8, Layers = 1, QueryHeads = 2, KeyHeads = 1, HeadDim = 4, VocabularySize = 8, PositionLimit = 256,
        };
        var inputs = new AttentionInputs(RandomValues.Normal(1, tokens * 8), RandomValues.Normal(2, tokens * 4), []);
        var turns = new PositionTurns(AttentionGates.Rotation(config, 4), tokens);
        var prompts = new GateExamples(config, turns, tokens, forDecode: false).Make(inputs, 1);
        var generation = new GateExamples(config, turns, tokens, forDecode: true).Make(inputs, 1)[0];
        var largest = new double[2, tokens, 3];
        var mass = new double[2, tokens, 3];
        for (var head = 0; head < 2; head++)
        for (var i = 0; i < tokens; i++)
        {
            var powers = Enumerable.Range(0, i + 1).Select(j =>
                Math.Exp(Enumerable.Range(0, 4).Sum(c => (double)inputs.Query[(i * 2 + head) * 4 + c] * inputs.Key[j * 4 + c]) / 2)).ToArray();
            for (var j = 0; j <= i; j++)
            {
                largest[head, i, j / 64] = Math.Max(largest[head, i, j / 64], powers[j] / powers.Sum());
                mass[head, i, j / 64] += powers[j] / powers.Sum();
            }
        }

        for (var head = 0; head < 2; head++)
        for (var row = 0; row < 3; row++)
        {
            var rows = Enumerable.Range(row * 64, Math.Min(64, tokens - row * 64)).ToArray();
            AssertNormalised([.. Enumerable.Range(0, row + 1).Select(b => rows.Max(i => largest[head, i, b]))], prompts[head].Targets[row]);
            for (var b = 0; b <= row; b++) Assert.Equal(rows.Average(i => mass[head, i, b]), prompts[head].Mass[row][b], 1e-6);
        }

        foreach (var i in new[] { 0, 63, 64, 139 })
        {
            AssertNormalised([.. Enumerable.Range(0, i / 64 + 1).Select(b => Math.Max(largest[0, i, b], largest[1, i, b]))], generation.Targets[i]);
            for (var b = 0; b <= i / 64; b++) Assert.Equal((mass[0, i, b] + mass[1, i, b]) / 2, generation.Mass[i][b], 1e-6);
        }

        void AssertNormalised(double[] expected, double[] actual)
        {
            Assert.Equal(expected.Length, actual.Length);
            for (var b = 0; b < expected.Length; b++) Assert.Equal(expected[b] / expected.Sum(), actual[b], 1e-6);
        }
    }

    [Fact]
    public void What_cannot_be_learned_from_is_refused_and_cancelling_stops()
    {
        void Refused(string reason, int tokens, GateDistillationOptions options) =>
            Assert.Contains(reason, Assert.Throws<ModelException>(() => new GateDistiller(_model, Text[..tokens], options)).Message);
        Refused("256 tokens at least", 255, new());
        Refused("sequence length", 1000, new() { SequenceLength = 100 });
        Refused("sequences", 1000, new() { Sequences = 0 });
        Refused("steps", 1000, new() { Steps = 0 });
        Refused("learning rate", 1000, new() { LearningRate = double.NaN });
        using var cancelled = new CancellationTokenSource();
        var distiller = new GateDistiller(_model, Text, Options);
        Assert.Throws<OperationCanceledException>(() => distiller.Distil(new Inline(_ => cancelled.Cancel()), cancelled.Token));
    }
}
