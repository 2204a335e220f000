using Kernels.Catalog;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>Sessions that keep only some keys of the prompt.</summary>
public sealed partial class CompactedSessionTests : IDisposable
{
    private const int Prompt = 150, Room = 6;
    private static readonly int[] Text = [.. Enumerable.Range(0, Prompt + Room).Select(i => (i * i * 11 + 5 * i + 9) % 256)];

    private readonly RandomModel _files = new(RandomModel.Tiny(ModelArchitecture.Llama));
    private readonly CpuDevice _device = new(2);
    private readonly LanguageModel _model;

    public CompactedSessionTests() => _model = LanguageModel.Load(_files.Path, _device);

    /// <summary>Keeps a third of the prompt.</summary>
    [ObservationWindowAttention(HeadDim = 8, Capacity = 50, Window = 8)]
    public static partial AttentionKernel Third { get; }

    /// <summary>Keeps a third of the prompt on average: heads compete.</summary>
    [ObservationWindowAttention(HeadDim = 8, Capacity = 50, Window = 8, OwnShare = 0.5f, Pooling = ScorePooling.Maximum)]
    public static partial AttentionKernel ThirdOnAverage { get; }

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Memory_of_the_others_is_given_back_and_taken_again()
    {
        using var session = Session(Third, Text.Length);
        var planned = session.Explain().CacheBytes;
        session.Prefill(Text[..Prompt]);
        Assert.Equal(planned, session.Explain().CacheBytes);
        session.Decode(Text[Prompt]);
        // 50 of 150 keys, and room for six tokens, of 156 in all; the latest queries and an index come on top.
        Assert.InRange(session.Explain().CacheBytes, planned * 0.3, planned * 0.55);
        Assert.Equal(Prompt + 1, session.Position);
        session.Reset();
        Assert.Equal(planned, session.Explain().CacheBytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_kept_does_not_depend_on_chunks_or_on_what_came_before(bool compete)
    {
        var kernel = compete ? ThirdOnAverage : Third;
        using var whole = Session(kernel, Text.Length);
        // The last chunk is a single token, and the window lies across two.
        using var chunked = Session(kernel, Prompt - 1);
        using var dense = Session(null, Text.Length);
        var first = Generate(whole);
        Assert.NotEqual(first, Generate(dense));
        whole.Reset();
        Assert.Equal(first, Generate(whole));
        var other = Generate(chunked);
        for (var i = 0; i < first.Length; i++) Assert.Equal(first[i], other[i], 1e-4f);
    }

    [Fact]
    public void A_prompt_that_follows_is_read_token_by_token()
    {
        using var generated = Session(Third, Text.Length);
        using var appended = Session(Third, Text.Length);
        Generate(generated);
        appended.Prefill(Text[..Prompt]);
        appended.Decode(Text[Prompt]);
        appended.Prefill(Text[(Prompt + 1)..]);
        Assert.Equal(generated.Logits, appended.Logits);
        Assert.InRange(appended.Statistics.AttentionDensity, 0.5, 1);
    }

    private static float[] Generate(LanguageSession session)
    {
        session.Prefill(Text[..Prompt]);
        foreach (var token in Text[Prompt..]) session.Decode(token);
        return session.Logits.ToArray();
    }

    private LanguageSession Session(AttentionKernel? keeps, int chunk) => _model.CreateSession(new SessionOptions
    {
        Length = Text.Length,
        ChunkLength = chunk,
        Attention = keeps is null ? AttentionMethod.Dense : new AttentionMethod
        {
            Name = "kept",
            Description = "keys kept by the last eight queries",
            Prefill = AttentionMethod.Dense.Prefill,
            Decode = ListedAttention.Full.For,
            Keeps = _ => keeps,
        },
    });
}
