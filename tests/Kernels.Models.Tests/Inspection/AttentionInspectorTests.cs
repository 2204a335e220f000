using Xunit;

namespace Kernels.Models.Tests;

public sealed partial class AttentionInspectorTests : IDisposable
{
    private const int Near = 6;
    private static readonly int[] Text = [.. Enumerable.Range(0, 50).Select(i => (i * i * 13 + 3 * i + 1) % 256)];

    private readonly RandomModel _files = new(RandomModel.Tiny(ModelArchitecture.Llama));
    private readonly CpuDevice _device = new(2);
    private readonly LanguageModel _model;

    public AttentionInspectorTests() => _model = LanguageModel.Load(_files.Path, _device);

    /// <summary>The first key and the last few.</summary>
    [MaskedAttention(HeadDim = 8, Mask = nameof(Admits), Block = 32)]
    public static partial AttentionKernel Window { get; }

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Dense_attention_visits_everything_and_every_query_spends_its_whole_attention()
    {
        var heads = AttentionInspector.Inspect(_model, AttentionMethod.Dense, Text);
        Assert.Equal(_model.Config.Layers * _model.Config.QueryHeads, heads.Count);
        Assert.All(heads, head =>
        {
            Assert.Equal((1.0, 1.0), (head.Density, head.Recall));
            for (var row = 0; row < Text.Length; row++)
            {
                Assert.Equal(1, Enumerable.Range(0, Text.Length).Sum(column => head.Mass[row, column]), 1e-5f);
                for (var column = 0; column < Text.Length; column++) Assert.Equal(column <= row ? 1 : 0, head.Visited[row, column]);
            }
        });
    }

    [Fact]
    public void A_short_text_is_seen_key_by_key()
    {
        var heads = AttentionInspector.Inspect(_model, AttentionMethod.Dense with { Prefill = _ => Window }, Text);
        Assert.Equal(
            Enumerable.Range(0, _model.Config.Layers).SelectMany(layer => Enumerable.Range(0, _model.Config.QueryHeads).Select(head => (layer, head))),
            heads.Select(head => (head.Layer, head.Head)));
        var visited = Enumerable.Range(0, Text.Length).Sum(row => Enumerable.Range(0, row + 1).Count(column => Admits(row, column)));
        Assert.All(heads, head =>
        {
            double recalled = 0;
            for (var row = 0; row < Text.Length; row++)
            for (var column = 0; column < Text.Length; column++)
            {
                var seen = column <= row && Admits(row, column);
                Assert.Equal(seen ? 1 : 0, head.Visited[row, column]);
                if (seen) recalled += head.Mass[row, column];
            }

            Assert.Equal(2.0 * visited / (Text.Length * (Text.Length + 1)), head.Density, 1e-9);
            Assert.Equal(recalled / Text.Length, head.Recall, 1e-5);
            Assert.InRange(head.Recall, 0.01, 0.999);
        });
    }

    [Fact]
    public void A_long_text_is_gathered_into_cells()
    {
        var text = Enumerable.Range(0, 3 * AttentionInspector.Cells + 5).Select(i => i * 7 % 256).ToArray();
        var heads = AttentionInspector.Inspect(_model, AttentionMethod.Dense with { Prefill = _ => Window }, text);
        Assert.All(heads, head =>
        {
            Assert.Equal((AttentionInspector.Cells, AttentionInspector.Cells), (head.Mass.GetLength(0), head.Mass.GetLength(1)));
            for (var row = 0; row < AttentionInspector.Cells; row++)
            {
                Assert.Equal(1, Enumerable.Range(0, AttentionInspector.Cells).Sum(column => head.Mass[row, column]), 1e-5f);
                Assert.Equal(1, head.Visited[row, row]);
                Assert.True(head.Visited[row, 0] > 0);
            }

            Assert.Equal(0, head.Visited[AttentionInspector.Cells - 1, AttentionInspector.Cells / 2]);
        });
    }

    [Fact]
    public void What_cannot_be_inspected_is_refused_and_an_inspection_can_be_given_up()
    {
        Assert.Contains("empty", Assert.Throws<ModelException>(() => AttentionInspector.Inspect(_model, AttentionMethod.Dense, [])).Message);
        var layers = new List<int>();
        using var cancelled = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => AttentionInspector.Inspect(
            _model, AttentionMethod.Dense, Text, new Inline(layer => { layers.Add(layer); cancelled.Cancel(); }), cancelled.Token));
        Assert.Equal([1], layers);
    }

    private static bool Admits(int query, int key) => key < 1 || query - key < Near;
}
