using System.Text.Json.Nodes;
using Kernels.Compression;
using Kernels.Testing;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>A whole model stored sparse is the model it was made from.</summary>
public sealed class StoredModelTests
{
    [Theory]
    [InlineData("sparse-24-bitmask")]
    [InlineData("sparse-bitmask")]
    public void A_sparse_model_gives_the_logits_of_its_dense_form(string format)
    {
        using var original = new RandomModel(RandomModel.Tiny(ModelArchitecture.Llama), ElementType.BFloat16);
        using var folder = new TemporaryFolder();
        using var device = new CpuDevice(2);
        var tensors = new List<SafetensorsTensor>();
        var dense = new List<SafetensorsTensor>();
        using (var source = ModelTensors.Open(original.Files))
            foreach (var name in source.Names)
            {
                var (entry, values) = source.ReadFloats(name);
                SafetensorsTensor Whole() => new(name, ElementType.BFloat16, entry.Shape, FloatStorage.Encode(values, ElementType.BFloat16));
                if (!name.EndsWith("_proj.weight", StringComparison.Ordinal)) tensors.Add(Whole());
                else
                {
                    var mask = new MagnitudePruning().Prune(values, (int)entry.Shape[0], (int)entry.Shape[1], new SemiStructuredPattern(2, 4));
                    tensors.AddRange(format == "sparse-bitmask"
                        ? BitmaskFormat.Write(name, values, mask, ElementType.BFloat16)
                        : BitmaskFormat.WriteTwoOfFour(name, values, mask, ElementType.BFloat16));
                }

                dense.Add(Whole());
            }

        var config = JsonNode.Parse(original.Config.ToJson())!;
        config["quantization_config"] = new JsonObject
        {
            ["quant_method"] = "compressed-tensors",
            ["format"] = "dense",
            ["sparsity_config"] = new JsonObject { ["format"] = format, ["sparsity_structure"] = "2:4", ["targets"] = new JsonArray("Linear") },
        };
        foreach (var (place, content) in new[] { ("sparse", tensors), ("dense", dense) })
        {
            Directory.CreateDirectory(folder[place]);
            File.Copy(Path.Combine(original.Path, "tokenizer.json"), folder[place + "/tokenizer.json"]);
            File.WriteAllText(folder[place + "/config.json"], place == "sparse" ? config.ToJsonString() : System.Text.Encoding.UTF8.GetString(original.Config.ToJson()));
            SafetensorsWriter.Write(folder[place + "/model.safetensors"], content);
        }

        Assert.True(new FileInfo(folder["sparse/model.safetensors"]).Length < new FileInfo(folder["dense/model.safetensors"]).Length);
        foreach (var method in WeightMethod.All.Where(method => method != WeightMethod.Stored)) Assert.Equal(Logits(folder["dense"], device, method), Logits(folder["sparse"], device, method));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Projections_are_multiplied_as_they_are_stored(bool isBlocked)
    {
        using var original = new RandomModel(RandomModel.Tiny(ModelArchitecture.Llama), ElementType.BFloat16);
        using var folder = new TemporaryFolder();
        using var device = new CpuDevice(2);
        foreach (var pattern in isBlocked ? new[] { "group:8@0.5", "block:4@0.4", "2:8/2" } : ["2:4", "unstructured@0.6", "1:4"])
        {
            var options = new CompressionOptions { Pattern = SparsityPattern.Parse(pattern), Method = "magnitude" };
            var path = folder[pattern.Replace('/', 'v').Replace(':', '-')];
            var report = new ModelCompressor(original.Files, options).Write(path, device);
            using var model = LanguageModel.Load(path, device);
            using var session = model.CreateSession(new SessionOptions { Length = 20 });
            var kernels = session.Explain().Plans.SelectMany(plan => plan.Nodes).Select(node => node.Kernel).ToHashSet();
            Assert.Contains(pattern switch
            {
                "2:4" => "Projections.TwoOfFour",
                "group:8@0.5" => "Projections.GroupsOf8",
                "block:4@0.4" => "Projections.GroupsOf4",
                "2:8/2" => "Projections.GroupsOf2",
                _ => "Projections.Unstructured",
            }, kernels);
            Assert.Equal(isBlocked ? "blocks" : pattern == "2:4" ? "sparse-24-bitmask" : "sparse-bitmask", report.Format);
            var (expected, actual) = (Logits(path, device, WeightMethod.Dense), Logits(path, device, WeightMethod.Stored));
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 2e-4f * MathF.Max(1, MathF.Abs(expected[i])));
            using var dense = LanguageModel.Load(path, device, new ModelOptions { Weights = WeightMethod.Dense });
            dense.CreateSession(new SessionOptions { Length = 20 }).Dispose();
            Assert.True(model.WeightBytes < dense.WeightBytes, $"{pattern}: {model.WeightBytes} bytes, {dense.WeightBytes} dense");
        }
    }

    [Theory]
    [InlineData("marlin-24", 4, 2)]
    [InlineData("marlin-24", 8, 1)]
    [InlineData("pack-quantized", 4, 2)]
    [InlineData("pack-quantized", 8, 8)]
    public void A_quantised_model_gives_the_logits_of_its_dense_form(string format, int bits, int groups)
    {
        const int side = 256;
        using var original = new RandomModel(
            RandomModel.Tiny(ModelArchitecture.Llama) with { HiddenSize = side, IntermediateSize = side, Layers = 1, QueryHeads = 4, KeyHeads = 4, HeadDim = 64 });
        using var folder = new TemporaryFolder();
        using var device = new CpuDevice(2);
        var (tensors, dense) = (new List<SafetensorsTensor>(), new List<SafetensorsTensor>());
        using (var source = ModelTensors.Open(original.Files))
            foreach (var name in source.Names)
            {
                var (entry, values) = source.ReadFloats(name);
                var prefix = name.Replace(".weight", "", StringComparison.Ordinal);
                if (name.EndsWith("_proj.weight", StringComparison.Ordinal))
                {
                    var spread = 0.2 / (1 << bits);
                    SafetensorsTensor[] parts;
                    (parts, values) = format == "marlin-24"
                        ? new MarlinEncoder(side, side, bits, groups, tensors.Count, prefix, spread) is var marlin ? (marlin.Parts, marlin.Dense) : default
                        : Packed(prefix, side, side, bits, groups, spread);
                    tensors.AddRange(parts);
                }
                else tensors.Add(new(name, ElementType.Float32, entry.Shape, FloatStorage.Encode(values, ElementType.Float32)));
                dense.Add(new(name, ElementType.Float32, entry.Shape, FloatStorage.Encode(values, ElementType.Float32)));
            }

        var config = JsonNode.Parse(original.Config.ToJson())!;
        config["quantization_config"] = JsonNode.Parse(StoredFolder.Packed(bits).Replace("pack-quantized", format, StringComparison.Ordinal));
        foreach (var (place, content) in new[] { ("stored", tensors), ("dense", dense) })
        {
            Directory.CreateDirectory(folder[place]);
            File.Copy(Path.Combine(original.Path, "tokenizer.json"), folder[place + "/tokenizer.json"]);
            File.WriteAllText(folder[place + "/config.json"], place == "stored" ? config.ToJsonString() : System.Text.Encoding.UTF8.GetString(original.Config.ToJson()));
            SafetensorsWriter.Write(folder[place + "/model.safetensors"], content);
        }

        var expected = Logits(folder["dense"], device, WeightMethod.Dense);
        Assert.Equal(expected, Logits(folder["stored"], device, WeightMethod.Dense));
        var actual = Logits(folder["stored"], device, WeightMethod.Stored);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-3f * expected.Max(Math.Abs));

        using var model = LanguageModel.Load(folder["stored"], device);
        using var session = model.CreateSession(new SessionOptions { Length = 20 });
        Assert.Contains(format == "marlin-24" ? "Projections.TwoOfFour" : "Projections.Dense", session.Explain().Plans.SelectMany(plan => plan.Nodes).Select(node => node.Kernel));
        using var whole = LanguageModel.Load(folder["dense"], device);
        whole.CreateSession(new SessionOptions { Length = 20 }).Dispose();
        Assert.True(whole.WeightBytes - model.WeightBytes > 7 * side * side * 2, $"{model.WeightBytes} bytes, {whole.WeightBytes} dense"); // of seven fp32 matrices
    }

    [Theory]
    [InlineData("opencl", "group:8@0.5")]
    [InlineData(PtxDevices.Name, "unstructured@0.6")]
    public void Gpus_multiply_projections_as_they_are_stored(string name, string pattern)
    {
        using var gpu = TestDevices.Open(name);
        using var original = new RandomModel(RandomModel.Tiny(ModelArchitecture.Llama), ElementType.BFloat16);
        using var folder = new TemporaryFolder();
        using var device = new CpuDevice(2);
        var options = new CompressionOptions { Pattern = SparsityPattern.Parse(pattern), Method = "magnitude" };
        new ModelCompressor(original.Files, options).Write(folder["sparse"], device);
        var (expected, actual) = (Logits(folder["sparse"], device, WeightMethod.Dense), Logits(folder["sparse"], gpu, WeightMethod.Stored));
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 2e-4f * MathF.Max(1, MathF.Abs(expected[i])));
    }

    // Symmetric integers, low bits first, with a scale for each group of columns.
    private static (SafetensorsTensor[] Parts, float[] Dense) Packed(string name, int rows, int columns, int bits, int groups, double spread)
    {
        var random = new Random(name.Length);
        var (offset, perWord) = (1 << (bits - 1), 32 / bits);
        var codes = Enumerable.Range(0, rows * columns).Select(_ => random.Next(-offset, offset)).ToArray();
        var scales = Enumerable.Range(0, rows * groups).Select(_ => (Half)(spread * (0.01 + random.NextDouble()))).ToArray();
        var words = new uint[codes.Length / perWord];
        for (var i = 0; i < codes.Length; i++) words[i / perWord] |= (uint)(codes[i] + offset) << (i % perWord * bits);
        return (
        [
            StoredFolder.Tensor(name + ".weight_packed", "I32", words, rows, columns / perWord), StoredFolder.Tensor(name + ".weight_scale", "F16", scales, rows, groups),
            StoredFolder.Tensor<long>(name + ".weight_shape", "I64", [rows, columns], 2),
        ], [.. codes.Select((code, i) => code * (float)scales[i / columns * groups + i % columns / (columns / groups)])]);
    }

    private static float[] Logits(string folder, Device device, WeightMethod method)
    {
        using var model = LanguageModel.Load(folder, device, new ModelOptions { Weights = method });
        using var session = model.CreateSession(new SessionOptions { Length = 20 });
        session.Prefill([.. Enumerable.Range(0, 20).Select(i => i * 13 % 256)]);
        return session.Logits.ToArray();
    }
}
