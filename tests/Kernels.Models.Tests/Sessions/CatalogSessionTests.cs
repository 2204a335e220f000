using Kernels.Catalog;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>Every method of the catalog that has a name on command lines and needs no gate, in a session.</summary>
public sealed class CatalogSessionTests : IDisposable
{
    private const int Prompt = 90, Generated = 4;
    private static readonly int[] Text = [.. Enumerable.Range(0, Prompt + Generated).Select(i => (i * i * 13 + 7 * i + 3) % 256)];

    private readonly RandomModel _files = new(RandomModel.Tiny(ModelArchitecture.Llama));
    private readonly CpuDevice _device = new(2);
    private readonly LanguageModel _model;

    public CatalogSessionTests() => _model = LanguageModel.Load(_files.Path, _device);

    public static TheoryData<string> Names => [.. AttentionMethod.All.Where(method => !method.NeedsGates(headDim: 8)).Select(method => method.Name)];

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
        _files.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Reads_a_prompt_and_generates(string name)
    {
        var method = AttentionMethod.Find(name);
        if (method.NeedsCentroids(headDim: 8)) method = method with { Centroids = AttentionCentroids.Learn(_model, method.Prefill(8), Text[..Prompt]) };
        var (expected, actual) = (Logits(AttentionMethod.Dense), Logits(method));
        Assert.All(actual, logit => Assert.True(float.IsFinite(logit)));
        // Budgets of the others hold more keys than this text has.
        if (name is "xattention" or "sparge") return;
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4f);
    }

    [Fact]
    public void Methods_that_do_not_fit_a_causal_model_have_no_name() => Assert.Equal(
        AttentionCatalog.All.Where(entry => entry.FitsCausalModels).Select(entry => entry.Name), AttentionMethod.All.Select(method => method.Name));

    private float[] Logits(AttentionMethod method)
    {
        using var session = _model.CreateSession(new SessionOptions { Length = Text.Length, ChunkLength = 40, Attention = method });
        session.Prefill(Text[..Prompt]);
        var logits = new List<float>();
        foreach (var token in Text[Prompt..])
        {
            session.Decode(token);
            logits.AddRange(session.Logits);
        }

        return [.. logits];
    }
}
