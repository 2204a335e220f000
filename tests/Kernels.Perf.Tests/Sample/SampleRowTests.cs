using Kernels.Models;
using Kernels.Models.Tests;
using Kernels.Perf.Checking;
using Kernels.Perf.Rows;
using Kernels.Perf.Rows.Sample;
using Kernels.Perf.Timing;
using Xunit;

namespace Kernels.Perf.Tests.Sample;

/// <summary>The sample rows on a tiny random model with a short document.</summary>
public sealed class SampleRowTests : IDisposable
{
    private const int Tokens = 300;

    private readonly RandomModel _model = new(RandomModel.Tiny(ModelArchitecture.Llama), ElementType.BFloat16);

    public SampleRowTests()
    {
        var random = new Random(7);
        File.WriteAllText(
            Path.Combine(_model.Path, "document.txt"), string.Concat(Enumerable.Range(0, Tokens).Select(_ => (char)random.Next(' ', '~'))));
    }

    public static TheoryData<string> Kinds { get; } = ["attention", "prefill", "decode"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Answers_are_right_and_a_corrupted_one_is_caught(string kind)
    {
        using var device = new CpuDevice(2);
        using var prepared = Row(kind).Prepare(new RowSetup(device, CacheBytes: 4096));
        // All run before any is checked: none may leave its answer in another's place.
        List<Contender> contenders = [prepared.Own, .. prepared.Baselines];
        contenders.ForEach(contender => contender.Run());
        contenders.ForEach(contender => contender.Run());
        contenders.ForEach(contender => contender.Verify());

        Assert.True(prepared.Work().Flops > 0 && prepared.Work().Bytes > 0);
        Assert.All(prepared.Observations(), observation => Assert.True(double.IsFinite(observation.Value), observation.Key));
        prepared.Own.Run();
        prepared.Output.CopyFrom(BitConverter.GetBytes(1234f));
        Assert.Throws<WrongAnswerException>(prepared.Own.Verify);
    }

    [Fact]
    public void The_attention_row_reports_what_the_selection_costs()
    {
        using var device = new CpuDevice(1);
        using var prepared = Row("attention").Prepare(new RowSetup(device, CacheBytes: 4096));
        prepared.Own.Run();
        var observed = prepared.Observations();
        Assert.InRange(observed["density"], 0.3, 0.999);
        Assert.InRange(observed["top1_agreement"], 0.3, 1);
        Assert.True(observed["perplexity_sparse"] > 1);
        // Two layers of six heads: dense attention would visit every pair up to the diagonal.
        Assert.Equal(4.0 * 8 * observed["density"] * 2 * 6 * Tokens * (Tokens + 1) / 2, prepared.Work().Flops, 1e-3);
    }

    [Fact]
    public void A_model_that_is_absent_or_a_document_that_is_short_is_named()
    {
        using var device = new CpuDevice(1);
        var absent = new SampleModel(ModelFiles.InAssembly(typeof(SampleRowTests).Assembly, "nothing/"));
        Assert.Contains("holds no sample model", Assert.Throws<InvalidDataException>(() => new DecodeSampleRow("x", absent).Prepare(new RowSetup(device, 4096))).Message);
        Assert.Contains("document.txt has 300 tokens", Assert.Throws<InvalidDataException>(
            () => new DecodeSampleRow("x", new SampleModel(_model.Files), 301).Prepare(new RowSetup(device, 4096))).Message);
    }

    public void Dispose() => _model.Dispose();

    private IRatioRow Row(string kind) => kind switch
    {
        "attention" => new AnchorSampleRow("x", new SampleModel(_model.Files), Tokens, _ => SmallGroups.Anchor8),
        "prefill" => new PrefillSampleRow("x", new SampleModel(_model.Files), Tokens),
        _ => new DecodeSampleRow("x", new SampleModel(_model.Files), 40),
    };
}
