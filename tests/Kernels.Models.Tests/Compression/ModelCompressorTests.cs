using Kernels.Compression;
using Xunit;

namespace Kernels.Models.Tests;

public sealed class ModelCompressorTests : IDisposable
{
    private static readonly int[] Text = [.. Enumerable.Range(0, 400).Select(i => (i * i * 11 + 5 * i + 9) % 256)];

    private readonly RandomModel _model = new(RandomModel.Tiny(ModelArchitecture.Llama), ElementType.BFloat16);
    private readonly TemporaryFolder _folder = new();
    private readonly CpuDevice _device = new(2);

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
        _model.Dispose();
    }

    [Theory]
    [InlineData("2:4", "magnitude", 0.5)]
    [InlineData("1:8", "wanda", 0.125)]
    [InlineData("2:4", "sparsegpt", 0.5)]
    [InlineData("unstructured@0.6", "dsnot", 0.4)]
    [InlineData("unstructured@0.7", "global", 0.3)]
    [InlineData("group:4@0.5", "sparsegpt", 0.5)]
    [InlineData("block:8@0.5", "random", 0.5)]
    public void An_ordinary_folder_comes_out(string pattern, string method, double density)
    {
        var report = Compress(pattern, method, "out");
        Assert.Equal(density, report.Density, 0.05);
        Assert.Equal(14, report.Tensors.Count);
        Assert.All(report.Tensors, tensor => Assert.InRange(tensor.Error, 0.01, 1.5));
        Assert.False(Path.Exists(_folder["out.partial"]));
        Assert.False(File.Exists(_folder["out/unfinished.json"]));
        Assert.True(File.Exists(_folder["out/compression.json"]));

        using var before = ModelTensors.Open(_model.Files);
        using var after = ModelTensors.Open(ModelFiles.InFolder(_folder["out"]));
        Assert.Equal(before.Names.Order(), after.Names.Order());
        foreach (var name in before.Names)
        {
            var (dense, sparse) = (before.ReadFloats(name).Values, after.ReadFloats(name).Values);
            if (!name.EndsWith("_proj.weight", StringComparison.Ordinal)) Assert.Equal(dense, sparse);
            else if (method is not "sparsegpt")
                for (var i = 0; i < dense.Length; i++) Assert.True(sparse[i] == dense[i] || sparse[i] == 0);
            if (pattern.Contains('@') || !name.EndsWith("_proj.weight", StringComparison.Ordinal)) continue;
            var (kept, of) = (pattern[0] - '0', pattern[2] - '0');
            Assert.All(sparse.Chunk(of), group => Assert.True(group.Count(value => value != 0) <= kept));
        }

        using var loaded = LanguageModel.Load(_folder["out"], _device, new ModelOptions { Weights = pattern == "2:4" ? WeightMethod.TwoOfFour : WeightMethod.Dense });
        using var session = loaded.CreateSession(new SessionOptions { Length = 8 });
        session.Prefill(Text[..8]);
        Assert.All(session.Logits.ToArray(), logit => Assert.True(float.IsFinite(logit)));
    }

    [Fact]
    public void A_layer_is_calibrated_on_the_layers_pruned_before_it()
    {
        Compress("2:4", "wanda", "out");
        using var original = ModelTensors.Open(_model.Files);
        using var pruned = ModelTensors.Open(ModelFiles.InFolder(_folder["out"]));
        const string name = "model.layers.1.self_attn.k_proj.weight";
        var (entry, weights) = original.ReadFloats(name);
        bool[] Kept(string model)
        {
            using var loaded = LanguageModel.Load(model, _device);
            using var session = loaded.CreateSession(new SessionOptions { Length = 400, ChunkLength = 100 });
            var calibration = new Calibration();
            for (var start = 0; start < 400; start += 100)
            {
                session.Reset();
                session.Calibration = calibration;
                session.Prefill(Text[start..(start + 100)]);
            }

            return new WandaPruning().Prune(
                (float[])weights.Clone(), (int)entry.Shape[0], (int)entry.Shape[1], new SemiStructuredPattern(2, 4), calibration.Layers[name]).ToArray();
        }

        var kept = pruned.ReadFloats(name).Values.Select(value => value != 0).ToArray();
        Assert.Equal(Kept(_folder["out"]), kept);
        Assert.NotEqual(Kept(_model.Path), kept);
    }

    [Theory]
    [InlineData("unstructured@0.5", "sparsegpt")]
    [InlineData("unstructured@0.5", "random")]
    public void Interrupted_work_goes_on_to_the_same_model(string pattern, string method)
    {
        Compress(pattern, method, "whole");
        using var stop = new CancellationTokenSource();
        var compressor = new ModelCompressor(_model.Files, Options(pattern, method));
        Assert.Throws<OperationCanceledException>(() => compressor.Write(_folder["parts"], _device, new Stop(stop), stop.Token));
        Assert.False(Path.Exists(_folder["parts"]));
        Assert.True(Path.Exists(_folder["parts.partial/model-00001-of-00003.safetensors"]));

        var refusal = Assert.Throws<ModelException>(() => Compress("unstructured@0.6", method, "parts"));
        Assert.Contains("unstructured@0.6", refusal.Message);
        Assert.Equal(14, Compress(pattern, method, "parts").Tensors.Count);
        using var whole = ModelTensors.Open(ModelFiles.InFolder(_folder["whole"]));
        using var parts = ModelTensors.Open(ModelFiles.InFolder(_folder["parts"]));
        foreach (var name in whole.Names) Assert.Equal(whole.ReadFloats(name).Values, parts.ReadFloats(name).Values);
    }

    [Fact]
    public void Requests_that_cannot_be_met_leave_nothing_behind()
    {
        Directory.CreateDirectory(_folder["there"]);
        Refused("there already", () => Compress("2:4", "magnitude", "there"));
        Refused("model.layers.0", () => Compress("2:32", "magnitude", "out"));
        Refused("calibration", () => new ModelCompressor(_model.Files, new CompressionOptions { Pattern = SparsityPattern.Parse("2:4"), Method = "wanda" }));
        Refused("token 1", () => new ModelCompressor(_model.Files, Options("2:4", "wanda") with { Calibration = [0, 256] }));
        Refused("magnitude, global", () => new ModelCompressor(_model.Files, Options("2:4", "lottery")));
        Refused("free by layer", () => new ModelCompressor(_model.Files, Options("2:4", "wanda") with { Allocation = "owl" }));
        Refused("uniform, erdos-renyi", () => new ModelCompressor(_model.Files, Options("unstructured@0.6", "wanda") with { Allocation = "fair" }));
        Refused("one token", () => new ModelCompressor(_model.Files, Options("2:4", "magnitude") with { Evaluation = [1] }));
        Assert.Equal([_folder["there"]], Directory.GetFileSystemEntries(_folder.Path));
    }

    private static CompressionOptions Options(string pattern, string method) => new()
    {
        Pattern = SparsityPattern.Parse(pattern),
        Method = method,
        Calibration = Text,
        SequenceLength = 100,
    };

    private static void Refused(string value, Action act) => Assert.Contains(value, Assert.Throws<ModelException>(act).Message);

    private CompressionReport Compress(string pattern, string method, string output) =>
        new ModelCompressor(_model.Files, Options(pattern, method)).Write(_folder[output], _device);

    private sealed class Stop(CancellationTokenSource source) : IProgress<int>
    {
        public void Report(int value) => source.Cancel();
    }
}
