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
    [InlineData("4:2:8", "wanda", 0.25)]
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
            var (kept, of) = (pattern[^3] - '0', pattern[^1] - '0');
            Assert.All(sparse.Chunk(of), group => Assert.True(group.Count(value => value != 0) <= kept));
        }

        using var loaded = LanguageModel.Load(_folder["out"], _device, new ModelOptions { Weights = pattern == "2:4" ? WeightMethod.TwoOfFour : WeightMethod.Dense });
        using var session = loaded.CreateSession(new SessionOptions { Length = 8 });
        session.Prefill(Text[..8]);
        Assert.All(session.Logits.ToArray(), logit => Assert.True(float.IsFinite(logit)));
    }

    [Theory]
    [InlineData("magnitude", ElementType.BFloat16)]
    [InlineData("wanda", ElementType.Float32)]
    [InlineData("sparsegpt", ElementType.Float32)]
    public void Rearranged_channels_compute_the_same(string method, ElementType type)
    {
        using var model = new RandomModel(RandomModel.Tiny(ModelArchitecture.Qwen2) with { MlpBias = true }, type);
        var options = Options("group:4@0", method) with { Rearrange = true };
        new ModelCompressor(model.Files, options).Write(_folder["same"], _device);
        var (before, after) = (Logits(model.Path), Logits(_folder["same"]));
        for (var i = 0; i < before.Length; i++) Assert.Equal(before[i], after[i], 1e-4f * MathF.Max(1, MathF.Abs(before[i])));

        Refused("rows choose together", () => new ModelCompressor(model.Files, Options("2:4", method) with { Rearrange = true }));
    }

    [Fact]
    public void Channels_of_like_norm_share_a_group_and_less_is_lost()
    {
        float[] matrix = [4, -4, 4, 4, 1, 1, -1, 1, 3, 3, 3, 3, 2, 2, 2, -2];
        var order = ChannelOrder.ByNorm(4, [matrix]);
        Assert.Equal([1, 3, 2, 0], order);
        var ordered = ChannelOrder.Rows<float>(matrix, order);
        Assert.Equal([1, 1, -1, 1, 2, 2, 2, -2, 3, 3, 3, 3, 4, -4, 4, 4], ordered);
        Assert.Equal([-4, 4, 4, 4, 1, -1, 1, 1], ChannelOrder.Columns<float>([4, -4, 4, 4, 1, 1, 1, -1], order));
        Assert.True(Lost(ordered) < Lost(matrix));

        static double Lost(float[] matrix)
        {
            var pruned = (float[])matrix.Clone();
            new MagnitudePruning().Prune(pruned, 4, 4, SparsityPattern.Parse("group:2@0.25"));
            return ReconstructionError.Relative(matrix, pruned, 4, 4, null);
        }
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float16)]
    public unsafe void Two_of_four_from_stored_bits_is_magnitude_pruning(ElementType type)
    {
        const int rows = 67, columns = 36;
        var random = new Random(4);
        var weights = Enumerable.Range(0, rows * columns).Select(_ => random.Next(-6, 7) / 4f).ToArray(); // ties and zeros
        var data = FloatStorage.Encode(weights, type);
        var entry = new SafetensorsEntry("w.weight", SafetensorsEntry.NameOf(type), [rows, columns], 0, data.Length);
        var original = (float[])weights.Clone();
        var mask = new MagnitudePruning().Prune(weights, rows, columns, new SemiStructuredPattern(2, 4));
        fixed (byte* pointer = data)
        {
            using var bytes = new TensorBytes("w", pointer, data.Length);
            var (tensors, error) = TwoOfFourStream.Prune("w.weight", bytes, entry, _device.Workers);
            var expected = BitmaskFormat.WriteTwoOfFour("w.weight", weights, mask, type);
            Assert.Equal(expected.Select(tensor => (tensor.Name, tensor.DataType)), tensors.Select(tensor => (tensor.Name, tensor.DataType)));
            for (var i = 0; i < tensors.Count; i++) Assert.Equal(expected[i].Data.ToArray(), tensors[i].Data.ToArray());
            Assert.Equal(ReconstructionError.Relative(original, weights, rows, columns, null), error, 1e-7);
        }

        FloatStorage.Encode([float.NaN], type).CopyTo(data, 40 * type.Size());
        fixed (byte* pointer = data)
        {
            using var bytes = new TensorBytes("w", pointer, data.Length);
            Assert.Contains("finite", Assert.Throws<SparsityException>(() => TwoOfFourStream.Prune("w.weight", bytes, entry, _device.Workers)).Message);
        }
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
    public void Whenever_work_is_interrupted_the_folder_is_absent_until_it_is_whole()
    {
        Compress("2:4", "wanda", "whole");
        var compressor = new ModelCompressor(_model.Files, Options("2:4", "wanda"));
        for (var layer = 1; layer <= compressor.Layers; layer++)
        {
            // Neither an end that was asked for nor one that was not leaves a part of the folder.
            Assert.Throws<InvalidOperationException>(() => compressor.Write(_folder["parts"], _device, new FailAt(layer)));
            Assert.False(Path.Exists(_folder["parts"]));
        }

        Compress("2:4", "wanda", "parts");
        Assert.Equal(Content("whole"), Content("parts"));

        Dictionary<string, string> Content(string folder) => Directory.EnumerateFiles(_folder[folder]).Where(file => !file.EndsWith("compression.json", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(File.ReadAllBytes(file)));
    }

    [Theory]
    [InlineData("2:4")]
    [InlineData("unstructured@0.5")]
    [InlineData("group:4@0.5")]
    public void Kept_zeros_are_kept_in_the_files(string pattern)
    {
        const string silent = "model.layers.0.mlp.up_proj.weight";
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "config.json", "tokenizer.json" }) File.Copy(Path.Combine(_model.Path, file), folder[file]);
        using (var tensors = ModelTensors.Open(_model.Files))
            SafetensorsWriter.Write(folder["model.safetensors"], [.. tensors.Names.Select(name =>
            {
                using var bytes = tensors.Map(name);
                return new SafetensorsTensor(name, tensors.Entry(name).DataType, tensors.Entry(name).Shape, name == silent ? new byte[bytes.ByteLength] : bytes.Span.ToArray());
            })]);
        var report = new ModelCompressor(ModelFiles.InFolder(folder.Path), Options(pattern, "random")).Write(_folder["out"], _device);
        using var pruned = ModelTensors.Open(ModelFiles.InFolder(_folder["out"]));
        var density = report.Tensors.Single(tensor => tensor.Tensor == silent).Density;
        Assert.InRange(density, 0.3, 0.7);
        Assert.Equal(density, pruned.Stored(silent).ReadMask()!.Density);
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

    private float[] Logits(string folder)
    {
        using var model = LanguageModel.Load(folder, _device);
        using var session = model.CreateSession(new SessionOptions { Length = 8 });
        session.Prefill(Text[..8]);
        return session.Logits.ToArray();
    }

    private static void Refused(string value, Action act) => Assert.Contains(value, Assert.Throws<ModelException>(act).Message);

    private CompressionReport Compress(string pattern, string method, string output) =>
        new ModelCompressor(_model.Files, Options(pattern, method)).Write(_folder[output], _device);

    private sealed class FailAt(int layer) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value == layer) throw new InvalidOperationException("The process ended here.");
        }
    }

    private sealed class Stop(CancellationTokenSource source) : IProgress<int>
    {
        public void Report(int value) => source.Cancel();
    }
}
