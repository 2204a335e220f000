using Xunit;

namespace Kernels.Models.Tests;

/// <summary>Sessions whose layers select keys by gates.</summary>
public sealed partial class GatedSessionTests : IDisposable
{
    private static readonly int[] Text = [.. Enumerable.Range(0, 401).Select(i => (i * i * 11 + 5 * i + 9) % 256)];

    private readonly RandomModel _files = new(RandomModel.Tiny(ModelArchitecture.Llama));
    private readonly TemporaryFolder _folder = new();
    private readonly CpuDevice _device = new(2);
    private readonly LanguageModel _model;

    public GatedSessionTests() => _model = LanguageModel.Load(_files.Path, _device);

    /// <summary>Three blocks of a prompt.</summary>
    [SelectedAttention(HeadDim = 8, Estimator = KeyEstimator.Gate, Block = 64, TopK = 3)]
    public static partial AttentionKernel Prompt { get; }

    /// <summary>Every block of a prompt.</summary>
    [SelectedAttention(HeadDim = 8, Estimator = KeyEstimator.Gate, Block = 64, TopK = 1000)]
    public static partial AttentionKernel WholePrompt { get; }

    /// <summary>Three blocks in generation.</summary>
    [SelectedAttention(HeadDim = 8, Estimator = KeyEstimator.GroupGate, Block = 64, TopK = 3, SinkBlocks = 0)]
    public static partial AttentionKernel Next { get; }

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
        _files.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_gate_that_selects_everything_changes_nothing_and_one_that_does_not_is_sparse()
    {
        using var dense = Session(AttentionMethod.Dense);
        using var all = Session(Method(WholePrompt, AttentionMethod.Dense.Decode(8), forDecode: false));
        using var some = Session(Method(Prompt, AttentionMethod.Dense.Decode(8), forDecode: false));
        var expected = ArchitectureTests.Logits(dense, Text);
        var actual = ArchitectureTests.Logits(all, Text);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4f);
        some.Append(Text);
        Assert.Equal(1, all.Statistics.AttentionDensity);
        Assert.InRange(some.Statistics.AttentionDensity, 0.3, 0.9);
    }

    [Fact]
    public void A_text_after_another_is_generated_as_if_it_were_the_first()
    {
        var method = Method(AttentionMethod.Dense.Prefill(8), Next, forDecode: true);
        using var first = Session(method);
        using var second = Session(method);
        first.Prefill(Text[..300]);
        foreach (var token in Text[300..380]) first.Decode(token);
        first.Reset();
        foreach (var session in (LanguageSession[])[first, second])
        {
            session.Prefill([.. Text.Reverse().Take(320)]);
            foreach (var token in Text[..70]) session.Decode(token);
        }

        Assert.Equal(second.Logits, first.Logits);
    }

    [Fact]
    public void Inspection_asks_the_gates_of_each_layer()
    {
        var heads = AttentionInspector.Inspect(_model, Method(Prompt, AttentionMethod.Dense.Decode(8), forDecode: false), Text);
        Assert.All(heads, head => Assert.InRange(head.Density, 0.3, 0.9));
        Assert.All(heads, head => Assert.InRange(head.Recall, 0.3, 1));
        using var session = Session(Method(Prompt, AttentionMethod.Dense.Decode(8), forDecode: false));
        session.Append(Text);
        Assert.Equal(session.Statistics.AttentionDensity, heads.Average(head => head.Density), 1e-9);
    }

    [Fact]
    public void Gates_that_are_missing_or_of_another_kind_are_refused_before_anything_is_planned()
    {
        void Refused(AttentionMethod method, string reason) => Assert.Contains(reason, Assert.Throws<ModelException>(() => Session(method)).Message);
        var fitting = Method(Prompt, AttentionMethod.Dense.Decode(8), forDecode: false);
        Refused(fitting with { Gates = null }, "distill-gate");
        Refused(fitting with { Gates = Gates(forDecode: true) }, "for generation");
        Refused(Method(AttentionMethod.Dense.Prefill(8), Next, forDecode: false), "for prompts");
        Assert.Contains("distill-gate", Assert.Throws<ModelException>(() => AttentionInspector.Inspect(_model, fitting with { Gates = null }, Text)).Message);
        Assert.True(fitting.NeedsGates(8));
        Assert.False(AttentionMethod.Dense.NeedsGates(8));
    }

    private AttentionMethod Method(AttentionKernel prefill, AttentionKernel decode, bool forDecode) => new()
    {
        Name = "gated", Description = "", Prefill = _ => prefill, Decode = _ => decode, Gates = Gates(forDecode),
    };

    private AttentionGates Gates(bool forDecode)
    {
        SafetensorsWriter.Write(_folder["gates.safetensors"], AttentionGatesTests.Tensors(forDecode, 12));
        return AttentionGates.Load(_folder["gates.safetensors"], _model.Config);
    }

    private LanguageSession Session(AttentionMethod method) =>
        _model.CreateSession(new SessionOptions { Length = 512, ChunkLength = 512, EveryPosition = true, Attention = method });
}
