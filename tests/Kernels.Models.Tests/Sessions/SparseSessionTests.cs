using Xunit;

namespace Kernels.Models.Tests;

/// <summary>A method of a host's own making, small enough to be sparse on a short text.</summary>
public sealed partial class SparseSessionTests : IDisposable
{
    private const int Group = 64;
    private static readonly int[] Text = [.. Enumerable.Range(0, 5 * Group + 17).Select(i => (i * i * 11 + 5 * i + 9) % 256)];

    private static readonly AttentionMethod Method = new()
    {
        Name = "small anchor",
        Description = "AnchorAttention with groups of 64",
        Prefill = _ => Anchor,
        Decode = AttentionMethod.Dense.Decode,
    };

    private readonly RandomModel _files = new(RandomModel.Tiny(ModelArchitecture.Llama));
    private readonly CpuDevice _device = new(2);
    private readonly LanguageModel _model;

    public SparseSessionTests() => _model = LanguageModel.Load(_files.Path, _device);

    /// <summary>Two blocks of 32 rows share a selection.</summary>
    [AnchorAttention(HeadDim = 8, Block = 32, Step = 2, Theta = 0.25f)]
    public static partial AttentionKernel Anchor { get; }

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Chunks_of_whole_groups_select_what_one_pass_selects()
    {
        using var whole = Session(Method, Text.Length);
        using var chunked = Session(Method, Group);
        var (expected, actual) = (ArchitectureTests.Logits(whole, Text), new float[Text.Length * 256]);
        for (var start = 0; start < Text.Length; start += Group)
        {
            var part = Text[start..Math.Min(start + Group, Text.Length)];
            chunked.Append(part);
            chunked.ReadLogits(0, actual.AsSpan(start * 256, part.Length * 256));
        }

        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4f);
        Assert.InRange(whole.Statistics.AttentionDensity, 0.1, 0.9);
        Assert.Equal(whole.Statistics.AttentionDensity, chunked.Statistics.AttentionDensity, 0.02); // borderline keys may flip with rounding
    }

    [Fact]
    public void Sparse_and_dense_differ_and_are_compared()
    {
        using var dense = Session(AttentionMethod.Dense, Group);
        using var sparse = Session(Method, Group);
        var agreement = Evaluator.Compare(dense, sparse, Text);
        Assert.Equal(Text.Length, agreement.Positions);
        Assert.True(agreement.MeanDivergence > 0);
        Assert.InRange(agreement.Top1, 0.2, 1);
        Assert.True(sparse.Statistics.AttentionDensity < dense.Statistics.AttentionDensity);

        sparse.Reset();
        sparse.Prefill(Text[..^1]);
        var before = sparse.Statistics.AttentionDensity;
        sparse.Decode(Text[^1]);
        Assert.Equal(before, sparse.Statistics.AttentionDensity); // generation is dense and not counted
    }

    [Fact]
    public void Methods_are_found_by_name()
    {
        Assert.Same(AttentionMethod.Anchor, AttentionMethod.Find("anchor"));
        Assert.Same(WeightMethod.TwoOfFour, WeightMethod.Find("2:4"));
        Assert.Contains("dense, anchor", Assert.Throws<ModelException>(() => AttentionMethod.Find("full")).Message);
        Assert.Contains("stored, dense, 2:4", Assert.Throws<ModelException>(() => WeightMethod.Find("1:4")).Message);
    }

    private LanguageSession Session(AttentionMethod method, int chunk) =>
        _model.CreateSession(new SessionOptions { Length = Text.Length, ChunkLength = chunk, EveryPosition = true, Attention = method });
}
