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

    private static float[] Logits(string folder, Device device, WeightMethod method)
    {
        using var model = LanguageModel.Load(folder, device, new ModelOptions { Weights = method });
        using var session = model.CreateSession(new SessionOptions { Length = 20 });
        session.Prefill([.. Enumerable.Range(0, 20).Select(i => i * 13 % 256)]);
        return session.Logits.ToArray();
    }
}
