using Xunit;

namespace Kernels.Models.Tests;

public sealed class LanguageSessionTests : IDisposable
{
    private static readonly int[] Text = [.. Enumerable.Range(0, 70).Select(i => (i * i * 11 + 5 * i + 9) % 256)];

    private readonly RandomModel _files = new(RandomModel.Tiny(ModelArchitecture.Qwen3));
    private readonly CpuDevice _device = new(2);
    private readonly LanguageModel _model;

    public LanguageSessionTests() => _model = LanguageModel.Load(_files.Path, _device);

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(69)]
    public void Chunks_give_the_logits_of_one_pass(int chunk)
    {
        using var whole = Session();
        using var chunked = Session(chunk);
        whole.Prefill(Text);
        var reports = new List<int>();
        chunked.Prefill(Text, new Inline(reports.Add));
        Assert.Equal(Text.Length, reports[^1]);
        Assert.Equal((Text.Length + chunk - 1) / chunk, reports.Count);
        AssertEqual(whole.Logits, chunked.Logits);
        Assert.Equal(1, chunked.Statistics.AttentionDensity);
    }

    [Fact]
    public void Decoding_gives_the_logits_of_recomputing()
    {
        using var cached = Session();
        cached.Prefill(Text[..40]);
        for (var i = 40; i < Text.Length; i++)
        {
            cached.Decode(Text[i]);
            using var recomputed = Session();
            recomputed.Prefill(Text[..(i + 1)]);
            AssertEqual(recomputed.Logits, cached.Logits);
        }

        Assert.Equal((40, 30), (cached.Statistics.PrefillTokens, cached.Statistics.DecodeTokens));
        Assert.True(cached.Statistics.DecodeTokensPerSecond > 0 && cached.Statistics.PrefillTokensPerSecond > 0);
    }

    [Fact]
    public void A_reset_session_is_a_new_one()
    {
        using var session = Session();
        session.Prefill(Text);
        session.Reset();
        session.Prefill(Text[..20]);
        using var fresh = Session();
        fresh.Prefill(Text[..20]);
        Assert.Equal(fresh.Logits.ToArray(), session.Logits.ToArray());
    }

    [Fact]
    public void A_seed_fixes_the_continuation_and_a_stop_token_ends_it()
    {
        int[] Generate(ulong seed, IReadOnlyCollection<int> stops)
        {
            using var session = Session();
            session.Prefill(Text[..10]);
            return [.. session.Generate(new GenerationOptions { MaxTokens = 20, StopTokens = stops, Sampling = new() { Temperature = 1, Seed = seed } })];
        }

        var tokens = Generate(1, []);
        Assert.Equal(20, tokens.Length);
        Assert.Equal(tokens, Generate(1, []));
        Assert.NotEqual(tokens, Generate(2, []));
        Assert.Equal(tokens.TakeWhile(token => token != tokens[5]), Generate(1, [tokens[5]]));
    }

    [Fact]
    public void Generation_ends_where_the_session_does()
    {
        using var session = _model.CreateSession(new SessionOptions { Length = 12 });
        session.Prefill(Text[..10]);
        Assert.Equal(3, session.Generate(new GenerationOptions { MaxTokens = 50, StopTokens = [] }).Count());
        Assert.Equal(12, session.Position);
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_anything_is_read()
    {
        using var session = _model.CreateSession(new SessionOptions { Length = 12 });
        Assert.Contains("empty", Assert.Throws<ModelException>(() => session.Prefill([])).Message);
        Assert.Contains("13 tokens", Assert.Throws<ModelException>(() => session.Prefill(Text[..13])).Message);
        Assert.Contains("256", Assert.Throws<ModelException>(() => session.Prefill([1, 256])).Message);
        Assert.Throws<ModelException>(() => session.Prefill([-1]));
        Assert.Throws<ModelException>(() => session.Decode(1));
        Assert.Throws<ModelException>(() => session.Logits.ToArray());
        Assert.Throws<ModelException>(() => session.ReadLogits(0, new float[256]));
        Assert.Equal(0, session.Position);
        Assert.Contains("512", Assert.Throws<ModelException>(() => _model.CreateSession(new SessionOptions { Length = 513 })).Message);
        Assert.Throws<ModelException>(() => _model.CreateSession(new SessionOptions { Length = 0 }));
    }

    [Fact]
    public void A_cancelled_prompt_stops_between_chunks()
    {
        using var session = Session(16);
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => session.Prefill(Text, new Inline(_ => cancellation.Cancel()), cancellation.Token));
        Assert.Equal(16, session.Position);
    }

    [Fact]
    public void Evaluation_streams_what_the_reference_gives()
    {
        using var session = _model.CreateSession(new SessionOptions { Length = Text.Length, ChunkLength = 16, EveryPosition = true });
        var expected = _files.Reference.Logits(Text, Text.Length);
        var loss = new NextTokenLoss();
        for (var t = 0; t + 1 < Text.Length; t++) loss.Add(Array.ConvertAll(expected[t], value => (float)value), Text[t + 1]);
        var measured = Evaluator.Perplexity(session, Text);
        Assert.Equal(loss.Positions, measured.Positions);
        Assert.Equal(loss.Perplexity, measured.Perplexity, loss.Perplexity * 1e-5);

        using var other = _model.CreateSession(new SessionOptions { Length = Text.Length, ChunkLength = 16, EveryPosition = true });
        var agreement = Evaluator.Compare(session, other, Text);
        Assert.Equal((1, Text.Length, measured.Perplexity), (agreement.Top1, (int)agreement.Positions, agreement.Dense.Perplexity));
        Assert.Equal(0, agreement.MeanDivergence, 1e-9);
        Assert.Throws<ModelException>(() => Evaluator.Perplexity(session, [1]));
    }

    [Fact]
    public void A_text_longer_than_the_session_is_read_in_windows()
    {
        using var session = _model.CreateSession(new SessionOptions { Length = 32, ChunkLength = 16, EveryPosition = true });
        var measured = Evaluator.Perplexity(session, Text);
        Assert.Equal(Text.Length - 1, measured.Positions);
        Assert.Equal(Text.Length % 32, session.Position);
    }

    [Fact]
    public void Memory_is_what_explain_counts()
    {
        using (Session()) { } // packs the weights
        var before = _device.AllocatedBytes;
        using var session = _model.CreateSession(new SessionOptions { Length = Text.Length, ChunkLength = 32, EveryPosition = true });
        var explanation = session.Explain();
        Assert.Equal(explanation.CacheBytes + explanation.WorkspaceBytes, _device.AllocatedBytes - before);
        Assert.Equal(2L * _files.Config.Layers * Text.Length * _files.Config.KeyHeads * _files.Config.HeadDim * sizeof(float), explanation.CacheBytes);
        Assert.Equal(_model.WeightBytes, explanation.WeightBytes);
        foreach (var word in new[] { "DenseAttention.Causal[8]", "Projections.Dense", "cpu", "weights", "KV cache", "workspace" })
            Assert.Contains(word, explanation.ToString());
        session.Prefill(Text);
        Assert.Equal(explanation.TotalBytes, session.Explain().TotalBytes); // running allocates nothing
        Assert.Equal(explanation.CacheBytes + explanation.WorkspaceBytes, _device.AllocatedBytes - before);
    }

    private LanguageSession Session(int chunk = 2048) => _model.CreateSession(new SessionOptions { Length = Text.Length, ChunkLength = chunk });

    private static void AssertEqual(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        var largest = 0f;
        foreach (var value in expected) largest = Math.Max(largest, Math.Abs(value));
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f * largest);
    }
}
