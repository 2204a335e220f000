using System.Text.Json.Nodes;
using Kernels.Compression;
using Kernels.Perf.Peers;
using Kernels.Testing;
using Xunit;

namespace Kernels.Models.Tests.Vision;

public sealed class VisionCompressorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuDevice _device = new(2);
    private readonly float[] _image = RandomValues.Normal(3, 3 * SmallNetwork.Side * SmallNetwork.Side);

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("group:4@0.5", "magnitude", "blocks", "VisionKernels.PointwiseRelu6[4]")]
    [InlineData("group:2@0.6", "random", "blocks", "")]
    [InlineData("unstructured@0.7", "magnitude", "sparse-bitmask", "VisionKernels.PointwiseRelu6[1]")]
    [InlineData("2:4", "magnitude", "sparse-24-bitmask", "VisionKernels.PointwiseRelu6[1]")]
    [InlineData("1:4/4", "sparsegpt", "blocks", "VisionKernels.PointwiseRelu6[4]")]
    [InlineData("2:2:4", "magnitude", "sparse-bitmask", "VisionKernels.PointwiseRelu6[1]")]
    [InlineData("block:4@0.5", "magnitude", "blocks", "VisionKernels.PointwiseRelu6[4]")]
    [InlineData("unstructured@0.6", "global", "sparse-bitmask", "")]
    [InlineData("unstructured@0.6", "dsnot", "sparse-bitmask", "")]
    [InlineData("group:4@0.5", "sparsegpt", "blocks", "VisionKernels.PointwiseRelu6[4]")]
    public void A_pruned_network_is_in_its_files_what_it_was_in_memory(string pattern, string method, string format, string kernel)
    {
        var network = FromOnnx();
        var report = new VisionCompressor(network, Options(pattern, method), Images).Write(_folder["out"], _device);
        Assert.Equal(format, report.Format);
        Assert.Equal(1 - SparsityPattern.Parse(pattern).Sparsity, report.Density, 0.13);
        Assert.Equal(network.Layers.Where(layer => layer is { IsDepthwise: false, Window.Side: 1 }).Select(layer => layer.Name).Order(), report.Tensors.Select(tensor => tensor.Tensor).Order());
        Assert.All(report.Tensors, tensor => Assert.InRange(tensor.Error, 0.01, 1));
        Assert.True(File.Exists(_folder["out/compression.json"]));
        Assert.False(Path.Exists(_folder["out.partial"]));

        Assert.True(VisionNetwork.IsAt(_folder["out"]));
        var stored = VisionNetwork.Open(_folder["out"]);
        var masks = stored.Layers.Where(layer => layer.Mask is not null).ToArray();
        Assert.Equal(report.Density, masks.Sum(layer => (double)layer.Mask!.Kept) / masks.Sum(layer => layer.Filters.Length), 1e-9);
        if (method == "magnitude")
        {
            var pruned = PointwisePruning.Prune(network, SparsityPattern.Parse(pattern));
            Assert.Equal(pruned.Classifier, stored.Classifier);
            foreach (var (expected, actual) in pruned.Layers.Zip(stored.Layers))
            {
                Assert.Equal(expected with { Filters = actual.Filters, Bias = actual.Bias }, actual);
                Assert.Equal(expected.Filters, actual.Filters);
                Assert.Equal(expected.Bias, actual.Bias);
            }
        }

        using var model = new VisionModel(stored, _device);
        AssertClose(NetworkOracle.Classify(stored, _image), model.Classify(_image));
        var kernels = model.Explain().Nodes.Select(node => node.Kernel).ToArray();
        if (kernel.Length > 0) Assert.Contains(kernel, kernels);
    }

    [Fact]
    public void Networks_of_Keras_stay_turned()
    {
        File.WriteAllBytes(_folder["keras.onnx"], OnnxStyle.Keras.Export(SmallNetwork.Make()).Encode("logits", 1, SmallNetwork.Classes));
        new VisionCompressor(VisionNetwork.Open(_folder["keras.onnx"]), Options("group:4@0.5", "magnitude")).Write(_folder["out"], _device);
        var stored = VisionNetwork.Open(_folder["out"]);
        Assert.True(stored.IsTurned);
        Assert.Equal(ImageNormalization.Symmetric, stored.Normalization);
        using var model = new VisionModel(stored, _device);
        AssertClose(NetworkOracle.Classify(stored, _image), model.Classify(_image));
    }

    [Fact]
    public void Random_masks_keep_thin_layers_denser()
    {
        var report = new VisionCompressor(FromOnnx(), Options("unstructured@0.5", "random")).Write(_folder["out"], _device);
        Assert.Equal(0.5, report.Density, 0.05);
        var thinnest = report.Tensors.MaxBy(tensor => tensor.Density)!;
        Assert.True(thinnest.Density > report.Tensors.Min(tensor => tensor.Density) + 0.05);
    }

    [Fact]
    public void Kept_zeros_are_kept_in_the_files()
    {
        var network = SmallNetwork.Make();
        var silent = network.With([.. network.Layers.Select(layer => layer.Window.Side == 1 ? layer with { Filters = new float[layer.Filters.Length] } : layer)]);
        foreach (var pattern in new[] { "unstructured@0.5", "group:2@0.5" })
        {
            var path = _folder[pattern[..5]];
            var report = new VisionCompressor(silent, Options(pattern, "random")).Write(path, _device);
            var kept = VisionNetwork.Open(path).Layers.Where(layer => layer.Mask is not null).Sum(layer => layer.Mask!.Kept);
            Assert.Equal(Math.Round(report.Density * silent.Layers.Where(PointwisePruning.IsPruned).Sum(layer => layer.Filters.Length)), kept);
            Assert.True(kept > 100);
        }
    }

    [Fact]
    public void Interrupted_work_goes_on_to_the_same_network()
    {
        var network = FromOnnx();
        new VisionCompressor(network, Options("group:4@0.5", "random")).Write(_folder["whole"], _device);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new VisionCompressor(network, Options("group:4@0.5", "random")).Write(_folder["parts"], _device, new StopAfter(8, stop), stop.Token));
        Assert.False(Path.Exists(_folder["parts"]));
        Assert.True(File.Exists(_folder["parts.partial/model-00001-of-00003.safetensors"]));
        Assert.False(File.Exists(_folder["parts.partial/model-00002-of-00003.safetensors"]));

        Refused("group:4@0.5", () => new VisionCompressor(network, Options("group:4@0.4", "random")).Write(_folder["parts"], _device));
        var first = File.GetLastWriteTimeUtc(_folder["parts.partial/model-00001-of-00003.safetensors"]);
        new VisionCompressor(network, Options("group:4@0.5", "random")).Write(_folder["parts"], _device);
        Assert.Equal(first, File.GetLastWriteTimeUtc(_folder["parts/model-00001-of-00003.safetensors"]));
        Assert.Equal(Content("whole"), Content("parts"));
        Refused("there already", () => new VisionCompressor(network, Options("group:4@0.5", "random")).Write(_folder["parts"], _device));

        Dictionary<string, string> Content(string folder) => Directory.EnumerateFiles(_folder[folder]).Where(file => !file.EndsWith("compression.json", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(File.ReadAllBytes(file)));
    }

    [Theory]
    [InlineData("unstructured@0.5")]
    [InlineData("group:2@0.5")]
    public void Calibrated_layers_see_what_the_layers_pruned_before_give(string pattern)
    {
        var groups = SparsityPattern.Parse(pattern).Grain.Rows;
        var dense = PointwisePruning.Arrange(FromOnnx(), SparsityPattern.Parse(pattern));
        var report = new VisionCompressor(FromOnnx(), Options(pattern, "wanda"), Images).Write(_folder["out"], _device);
        Assert.Equal(Images.Length, report.CalibrationImages);
        var stored = VisionNetwork.Open(_folder["out"]);
        var seen = Images.Select(image => NetworkOracle.Outputs(stored, image)).ToArray();
        foreach (var (layer, after) in dense.Layers.Zip(stored.Layers).Where(pair => pair.Second.Mask is not null))
        {
            var norms = Enumerable.Range(0, layer.Inputs).Select(channel => Math.Sqrt(seen.Sum(outputs => Channel(outputs[layer.Input].Values, channel, layer.Inputs).Sum(x => x * x)))).ToArray();
            for (var first = 0; first < layer.Outputs; first += groups)
            {
                var scores = Enumerable.Range(0, layer.Inputs).Select(i => Enumerable.Range(first, groups).Sum(row => Math.Abs(layer.Filters[row * layer.Inputs + i]) * norms[i])).ToArray();
                var kept = Enumerable.Range(0, layer.Inputs).Where(i => after.Mask![first, i]).ToArray();
                Assert.Equal(layer.Inputs / 2, kept.Length);
                Assert.True(kept.Min(i => scores[i]) >= scores.Except(kept.Select(i => scores[i])).Max() * (1 - 1e-4), $"{layer.Name}, outputs from {first}");
            }
        }
    }

    [Fact]
    public void The_more_a_method_knows_of_inputs_the_less_an_output_changes()
    {
        var network = FromOnnx();
        var first = network.Layers.Select((layer, index) => (layer, index)).First(pair => PointwisePruning.IsPruned(pair.layer)).index;
        var errors = new[] { "sparsegpt", "wanda", "magnitude", "random" }.ToDictionary(method => method, method =>
        {
            new VisionCompressor(network, Options("unstructured@0.5", method) with { Allocation = "uniform" }, Images).Write(_folder[method], _device);
            var pruned = VisionNetwork.Open(_folder[method]);
            return Images.Sum(image => NetworkOracle.Outputs(network, image)[first].Values.Zip(NetworkOracle.Outputs(pruned, image)[first].Values, (a, b) => (a - b) * (a - b)).Sum());
        });
        Assert.True(errors["sparsegpt"] < errors["wanda"] && errors["wanda"] < errors["magnitude"] && errors["magnitude"] < errors["random"], string.Join(", ", errors));
    }

    [Fact]
    public void Layers_with_outlying_scores_keep_more()
    {
        var report = new VisionCompressor(FromOnnx(), Options("unstructured@0.5", "magnitude") with { Allocation = "owl" }, Images).Write(_folder["out"], _device);
        Assert.Equal(0.5, report.Density, 0.03);
        Assert.True(report.Tensors.Max(tensor => tensor.Density) > report.Tensors.Min(tensor => tensor.Density) + 0.05);
    }

    [Fact]
    public void Interrupted_calibration_goes_on_to_the_same_network()
    {
        var (network, options) = (FromOnnx(), Options("unstructured@0.5", "sparsegpt"));
        new VisionCompressor(network, options, Images).Write(_folder["whole"], _device);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new VisionCompressor(network, options, Images).Write(_folder["parts"], _device, new StopAfter(8, stop), stop.Token));
        Refused("calibration pictures", () => new VisionCompressor(network, options, [_image]).Write(_folder["parts"], _device));
        new VisionCompressor(network, options, Images).Write(_folder["parts"], _device);
        foreach (var (expected, actual) in VisionNetwork.Open(_folder["whole"]).Layers.Zip(VisionNetwork.Open(_folder["parts"]).Layers)) Assert.Equal(expected.Filters, actual.Filters);
    }

    [Fact]
    public void Requests_that_cannot_be_met_leave_nothing_behind()
    {
        var network = SmallNetwork.Make();
        Refused("2:7", () => Compress("2:7", "magnitude"));
        Refused("group:3", () => Compress("group:3@0.5", "magnitude"));
        Refused("its [4, 8] weights must be multiples of [8, 1]", () => Compress("group:8@0.5", "magnitude"));
        Refused("no pictures", () => Compress("unstructured@0.5", "wanda"));
        Refused("3 × 16 × 16", () => new VisionCompressor(network, Options("unstructured@0.5", "wanda"), [_image, new float[4]]));
        Refused("one threshold", () => Compress("group:4@0.5", "global"));
        Refused("magnitude, global", () => Compress("group:4@0.5", "lottery"));
        Refused("allocation owl", () => new VisionCompressor(network, Options("unstructured@0.5", "magnitude") with { Allocation = "owl" }));
        Refused("a text", () => new VisionCompressor(network, Options("unstructured@0.5", "magnitude") with { Evaluation = [1, 2] }));
        Refused("a text", () => new VisionCompressor(network, Options("unstructured@0.5", "wanda") with { Calibration = [1, 2] }, [_image]));
        Refused("pruned already", () => new VisionCompressor(PointwisePruning.Prune(network, SparsityPattern.Parse("group:4@0.5")), Options("group:4@0.5", "magnitude")));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));

        void Compress(string pattern, string method) => new VisionCompressor(network, Options(pattern, method)).Write(_folder["out"], _device);
    }

    [Theory]
    [InlineData("image_size", "0", "image_size")]
    [InlineData("num_channels", "4", "made for 3 channels")]
    [InlineData("num_classes", "6", "[6, 20]")]
    [InlineData("normalization", "\"vgg\"", "imagenet, symmetric")]
    [InlineData("turned", "1", "turned")]
    [InlineData("layers", "[]", "a list of 0")]
    [InlineData("layers", "{}", "array")]
    [InlineData("layers[2].input", "2", "layers[2].input")]
    [InlineData("layers[2].input", "-2", "-2")]
    [InlineData("layers[5].residual", "5", "layers[5].residual")]
    [InlineData("layers[5].residual", "0", "adding")]
    [InlineData("layers[3].outputs", "16", "layers.3.bias")]
    [InlineData("layers[3].inputs", "8", "[12, 8]")]
    [InlineData("layers[3].outputs", "2147483648", "layers[3].outputs")]
    [InlineData("layers[1].window", "5", "[8, 25]")]
    [InlineData("layers[1].stride", "0", "stride")]
    [InlineData("layers[1].depthwise", "\"yes\"", "depthwise")]
    [InlineData("layers[1].activation", "\"swish\"", "swish")]
    [InlineData("layers[4].name", "null", "missing")]
    [InlineData("layers[4].name", "\"layer 1\"", "twice")]
    public void Configurations_that_contradict_the_tensors_are_refused(string field, string value, string part)
    {
        new VisionCompressor(SmallNetwork.Make(), Options("group:4@0.5", "magnitude")).Write(_folder["out"], _device);
        var config = JsonNode.Parse(File.ReadAllText(_folder["out/config.json"]))!;
        var at = field.Split(['[', ']', '.'], StringSplitOptions.RemoveEmptyEntries);
        (at.Length == 1 ? config : config["layers"]![int.Parse(at[1])]!)[at[^1]] = JsonNode.Parse(value);
        File.WriteAllText(_folder["out/config.json"], config.ToJsonString());
        Refused(part, () => VisionNetwork.Open(_folder["out"]));
    }

    [Theory]
    [InlineData("layers.3.weight.blocks", "block column 4")]
    [InlineData("layers.3.weight.offsets", "offsets")]
    [InlineData("layers.3.weight.shape", "[12, 5]")]
    [InlineData("layers.3.bias", "layers.3.bias")]
    public void Damaged_tensors_are_refused_by_name(string name, string part)
    {
        new VisionCompressor(SmallNetwork.Make(), Options("group:4@0.5", "magnitude")).Write(_folder["out"], _device);
        var path = _folder["out/model-00001-of-00003.safetensors"];
        SafetensorsTensor[] tensors;
        using (var file = SafetensorsFile.Open(path))
            tensors = [.. file.Entries.Select(entry =>
            {
                using var bytes = file.Map(entry);
                var data = bytes.Span.ToArray();
                if (entry.Name == name && name.EndsWith("bias", StringComparison.Ordinal)) return new SafetensorsTensor(name, entry.DataType, [3, 4], data);
                if (entry.Name == name) data[name.EndsWith("shape", StringComparison.Ordinal) ? 8 : data.Length - 4] = (byte)(name.EndsWith("shape", StringComparison.Ordinal) ? 5 : 4);
                return new SafetensorsTensor(entry.Name, entry.DataType, entry.Shape, data);
            })];
        SafetensorsWriter.Write(path, tensors);
        Refused(part, () => VisionNetwork.Open(_folder["out"]));
    }

    private static float[][] Images { get; } = [.. Enumerable.Range(0, 4).Select(i => RandomValues.Normal(20 + i, 3 * SmallNetwork.Side * SmallNetwork.Side))];

    private static IEnumerable<double> Channel(double[] image, int channel, int channels) => image.Skip(image.Length / channels * channel).Take(image.Length / channels);

    private VisionNetwork FromOnnx()
    {
        File.WriteAllBytes(_folder["network.onnx"], OnnxNetworkModel.Encode(SmallNetwork.Make(), withNorms: true));
        Assert.True(VisionNetwork.IsAt(_folder["network.onnx"]));
        return VisionNetwork.Open(_folder["network.onnx"]);
    }

    private static CompressionOptions Options(string pattern, string method) => new() { Pattern = SparsityPattern.Parse(pattern), Method = method };

    private static void Refused(string part, Action act)
    {
        var message = Assert.Throws<ModelException>(act).Message;
        Assert.Contains(part, message);
        Assert.DoesNotContain('\n', message);
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        var scale = expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4 * scale);
    }

    private sealed class StopAfter(int layers, CancellationTokenSource source) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value >= layers) source.Cancel();
        }
    }
}
