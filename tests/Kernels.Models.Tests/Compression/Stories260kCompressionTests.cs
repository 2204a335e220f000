using Kernels.Compression;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>On a trained model the order of the methods shows in perplexity.</summary>
public sealed class Stories260kCompressionTests
{
    [Fact]
    public void Two_of_four_costs_less_the_more_a_method_knows()
    {
        using var folder = new TemporaryFolder();
        using var device = new CpuDevice();
        using var dense = LanguageModel.Load(SharedData.Stories260k(), device);
        var (calibration, text) = (Write(dense, 1, 16), Write(dense, 2, 6));
        var perplexity = new Dictionary<string, double> { ["dense"] = Perplexity(dense, text) };
        foreach (var method in CompressionOptions.Methods.Where(method => method != "global"))
        {
            var options = new CompressionOptions { Pattern = SparsityPattern.Parse("2:4"), Method = method, Calibration = calibration, SequenceLength = 256, Evaluation = text };
            var report = new ModelCompressor(ModelFiles.InFolder(SharedData.Stories260k()), options).Write(folder[method], device);
            using var sparse = LanguageModel.Load(folder[method], device, new ModelOptions { Weights = WeightMethod.TwoOfFour });
            perplexity[method] = Perplexity(sparse, text);
            Assert.Equal(perplexity["dense"], report.Perplexity!.Dense, 1e-3);
            Assert.Equal(perplexity[method], report.Perplexity.Pruned, 1e-3);
        }

        var all = string.Join(", ", perplexity.Select(pair => FormattableString.Invariant($"{pair.Key} {pair.Value:f3}")));
        TestContext.Current.TestOutputHelper!.WriteLine(all);
        Assert.True(
            perplexity["dense"] < perplexity["sparsegpt"] && perplexity["sparsegpt"] <= perplexity["wanda"]
            && perplexity["wanda"] <= perplexity["magnitude"] && perplexity["magnitude"] < perplexity["random"], all);
        Assert.True(perplexity["dsnot"] < perplexity["random"], all);
    }

    [Fact]
    public void Layers_with_outliers_keep_more()
    {
        using var folder = new TemporaryFolder();
        using var device = new CpuDevice();
        using var dense = LanguageModel.Load(SharedData.Stories260k(), device);
        var options = new CompressionOptions
        {
            Pattern = SparsityPattern.Parse("unstructured@0.6"), Method = "wanda", Allocation = "owl", Calibration = Write(dense, 3, 4), SequenceLength = 256,
        };
        var report = new ModelCompressor(ModelFiles.InFolder(SharedData.Stories260k()), options).Write(folder["owl"], device);
        Assert.Equal(0.4, report.Density, 0.01);
        var layers = report.Tensors.GroupBy(tensor => tensor.Tensor.Split('.')[2]).Select(layer => layer.Average(tensor => tensor.Density)).ToArray();
        Assert.Equal(0.16, layers.Max() - layers.Min(), 0.01); // 2λ
    }

    // Stories of the model's own, one after the other.
    private static int[] Write(LanguageModel model, ulong seed, int stories)
    {
        var tokens = new List<int>();
        using var session = model.CreateSession(new SessionOptions { Length = 256 });
        for (var story = 0; story < stories; story++)
        {
            session.Reset();
            var start = model.Tokenizer.Encode("Once upon a time");
            session.Prefill(start);
            tokens.AddRange(start);
            tokens.AddRange(session.Generate(new GenerationOptions
            {
                MaxTokens = 256 - start.Count, StopTokens = [], Sampling = new SamplingOptions { Temperature = 1, Seed = 1000 * seed + (ulong)story },
            }));
        }

        return [.. tokens];
    }

    private static double Perplexity(LanguageModel model, int[] text)
    {
        using var session = model.CreateSession(new SessionOptions { Length = Math.Min(model.ContextLength, text.Length), EveryPosition = true });
        return Evaluator.Perplexity(session, text).Perplexity;
    }
}
