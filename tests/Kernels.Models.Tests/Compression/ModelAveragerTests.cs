using System.Text.Json.Nodes;
using Kernels.Compression;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>Averages of pruned models that were trained on: here their stored values are changed, and their masks are not.</summary>
public sealed class ModelAveragerTests : IDisposable
{
    private const string Pruned = "model.layers.0.mlp.up_proj.weight", Dense = "model.norm.weight";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("2:4", ElementType.BFloat16)]
    [InlineData("1:8", ElementType.Float32)]
    [InlineData("unstructured@0.7", ElementType.Float16)]
    [InlineData("group:4@0.5", ElementType.Float32)]
    [InlineData("block:8@0.5", ElementType.BFloat16)]
    public void Weights_are_means_and_masks_and_forms_stay(string pattern, ElementType type)
    {
        Prune("a", pattern, type);
        foreach (var (name, factor) in new[] { ("b", 3f), ("c", -0.25f) }) Train("a", name, factor);

        var report = Average("a", "b", "c");
        Assert.Equal((3, 14), (report.Models.Count, report.SparseTensors));
        using var a = Open("a");
        using var b = Open("b");
        using var c = Open("c");
        using var mean = Open("out");
        Assert.Equal(a.Names.Order(), mean.Names.Order());
        Assert.Equal(report.Tensors, mean.Names.Count());
        long kept = 0, count = 0;
        foreach (var name in a.Names)
        {
            Assert.Equal((a.Entry(name).DataType, a.Stored(name).Form), (mean.Entry(name).DataType, mean.Stored(name).Form));
            Assert.Equal(a.Entry(name).Shape, mean.Entry(name).Shape);
            Assert.Equal(a.Stored(name).ReadMask(), mean.Stored(name).ReadMask());
            if (a.Stored(name).ReadMask() is { } mask) (kept, count) = (kept + mask.Kept, count + mask.Rows * mask.Columns);
            var (x, y, z, found) = (a.ReadFloats(name).Values, b.ReadFloats(name).Values, c.ReadFloats(name).Values, mean.ReadFloats(name).Values);
            for (var i = 0; i < x.Length; i++) Assert.Equal(Stored(((double)x[i] + y[i] + z[i]) / 3, type), found[i]);
        }

        Assert.Equal((double)kept / count, report.Density!.Value, 1e-12);
        foreach (var file in new[] { "config.json", "tokenizer.json" }) Assert.Equal(JsonNode.Parse(File.ReadAllText(_folder[$"a/{file}"]))!.ToJsonString(), JsonNode.Parse(File.ReadAllText(_folder[$"out/{file}"]))!.ToJsonString());
        Assert.Equal(3, JsonNode.Parse(File.ReadAllText(_folder["out/average.json"]))!["models"]!.AsArray().Count);

        using var device = new CpuDevice(1);
        using var loaded = LanguageModel.Load(_folder["out"], device);
        using var session = loaded.CreateSession(new SessionOptions { Length = 8 });
        session.Prefill([1, 2, 3]);
        Assert.All(session.Logits.ToArray(), logit => Assert.True(float.IsFinite(logit)));
    }

    [Fact]
    public void Kept_weights_that_cancel_stay_kept()
    {
        Prune("a", "unstructured@0.5", ElementType.Float32);
        Train("a", "b", -1);
        Average("a", "b");
        using var mean = Open("out");
        Assert.All(mean.ReadFloats(Pruned).Values, value => Assert.Equal(0, value));
        Assert.Equal(0.5, mean.Stored(Pruned).ReadMask()!.Density, 0.01);
    }

    [Fact]
    public void Models_without_sparse_weights_are_averaged_too()
    {
        using var model = new RandomModel(RandomModel.Tiny(ModelArchitecture.Llama));
        var report = new ModelAverager([model.Files, model.Files]).Write(_folder["out"]);
        Assert.Equal((0, null), (report.SparseTensors, report.Density));
        using var before = ModelTensors.Open(model.Files);
        using var after = Open("out");
        foreach (var name in before.Names) Assert.Equal(before.ReadFloats(name).Values, after.ReadFloats(name).Values);
    }

    [Fact]
    public void Masks_that_differ_are_refused_with_the_first_place()
    {
        Prune("a", "2:4", ElementType.Float32);
        Prune("b", "2:4", ElementType.Float32, "random");
        using var a = Open("a");
        using var b = Open("b");
        foreach (var name in a.Names.Order(StringComparer.Ordinal))
        {
            if (a.Stored(name).ReadMask() is not { } mask || b.Stored(name).ReadMask() is not { } other || mask.Equals(other)) continue;
            var (left, right) = (mask.ToArray(), other.ToArray());
            var place = Enumerable.Range(0, left.Length).First(i => left[i] != right[i]);
            Refused($"mask of tensor '{name}' is {(right[place] ? "keeping" : "dropping")} [{place / mask.Columns}, {place % mask.Columns}]", "a", "b");
            return;
        }

        Assert.Fail("The masks are alike.");
    }

    [Fact]
    public void What_cannot_be_averaged_is_refused_before_anything_is_written()
    {
        Prune("a", "unstructured@0.5", ElementType.Float32);
        Refused("at least two", "a");
        using (var dense = new RandomModel(RandomModel.Tiny(ModelArchitecture.Llama))) Copy(dense.Path, "dense");
        Change("dense/config.json", config => config["quantization_config"] = JsonNode.Parse(File.ReadAllText(_folder["a/config.json"]))!["quantization_config"]!.DeepClone());
        Refused("stored dense", "a", "dense");
        Train("a", "b", 2);
        Change("b/config.json", config => config["rope_theta"] = 77);
        Refused("rope_theta is 77", "a", "b");
        Train("a", "c", 2, name => name == Dense ? null : name);
        Refused($"tensor '{Dense}' is missing", "a", "c");
        Prune("d", "unstructured@0.5", ElementType.BFloat16);
        Refused("BF16[", "a", "d");
        Directory.CreateDirectory(_folder["out"]);
        Train("a", "e", 2);
        Refused("there already", "a", "e");
        Assert.Empty(Directory.GetFileSystemEntries(_folder["out"]));

        File.WriteAllText(_folder["e/model-00001-of-00003.safetensors"], "damaged");
        Refused("model-00001-of-00003.safetensors", "a", "e");
    }

    [Fact]
    public void Integers_are_refused()
    {
        SafetensorsTensor[] packed =
        [
            new("w.weight_packed", "I32", [1, 1], new byte[4]), new("w.weight_scale", "F32", [1, 1], new byte[4]),
            new("w.weight_shape", "I64", [2], new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0 }),
        ];
        foreach (var name in new[] { "a", "b" })
        {
            Directory.CreateDirectory(_folder[name]);
            SafetensorsWriter.Write(_folder[$"{name}/model.safetensors"], packed);
            File.WriteAllText(_folder[$"{name}/config.json"], "{\"quantization_config\":" + StoredFolder.Packed(4) + "}");
        }

        Refused("'w.weight' is stored as integers", "a", "b");
    }

    [Fact]
    public void Interrupted_work_leaves_no_folder()
    {
        Prune("a", "2:4", ElementType.Float32);
        Train("a", "b", 2);
        using var stop = new CancellationTokenSource();
        var averager = new ModelAverager([Files("a"), Files("b")]);
        Assert.Throws<OperationCanceledException>(() => averager.Write(_folder["out"], new StopAt(stop, 3), stop.Token));
        Assert.False(Path.Exists(_folder["out"]));
        Average("a", "b");
        Assert.False(Path.Exists(_folder["out.partial"]));
        Assert.False(File.Exists(_folder["out/unfinished.json"]));
    }

    private static float Stored(double mean, ElementType type) => FloatStorage.Decode(FloatStorage.Encode([(float)mean], type), type)[0];

    private void Prune(string output, string pattern, ElementType type, string method = "magnitude")
    {
        using var model = new RandomModel(RandomModel.Tiny(ModelArchitecture.Llama), type);
        using var device = new CpuDevice(1);
        new ModelCompressor(model.Files, new CompressionOptions { Pattern = SparsityPattern.Parse(pattern), Method = method }).Write(_folder[output], device);
    }

    // The stored values of every shard times a factor; masks and indices are integers and stay.
    private void Train(string source, string output, float factor, Func<string, string?>? rename = null)
    {
        Copy(_folder[source], output);
        foreach (var path in Directory.GetFiles(_folder[output], "*.safetensors"))
        {
            SafetensorsTensor[] trained;
            using (var file = SafetensorsFile.Open(path))
                trained = [.. file.Entries.Where(entry => rename is null || rename(entry.Name) is not null).Select(entry =>
                {
                    using var bytes = file.Map(entry);
                    var data = entry.Type is { } type and not ElementType.Int32
                        ? FloatStorage.Encode(Array.ConvertAll(FloatStorage.Decode(bytes.Span, type), value => value * factor), type) : bytes.Span.ToArray();
                    return new SafetensorsTensor(entry.Name, entry.DataType, entry.Shape, data);
                })];
            SafetensorsWriter.Write(path, trained);
        }

        if (rename is not null) Change($"{output}/model.safetensors.index.json", index =>
        {
            foreach (var name in index["weight_map"]!.AsObject().Select(pair => pair.Key).Where(name => rename(name) is null).ToArray())
                index["weight_map"]!.AsObject().Remove(name);
        });
    }

    private void Copy(string source, string output)
    {
        Directory.CreateDirectory(_folder[output]);
        foreach (var file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(_folder[output], Path.GetFileName(file)));
    }

    private void Change(string file, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(_folder[file]))!.AsObject();
        change(json);
        File.WriteAllText(_folder[file], json.ToJsonString());
    }

    private ModelFiles Files(string name) => ModelFiles.InFolder(_folder[name]);

    private ModelTensors Open(string name) => ModelTensors.Open(Files(name));

    private AverageReport Average(params string[] names) => new ModelAverager([.. names.Select(Files)]).Write(_folder["out"]);

    private void Refused(string part, params string[] names)
    {
        Assert.Contains(part, Assert.Throws<ModelException>(() => Average(names)).Message);
        Assert.False(Path.Exists(_folder["out.partial"]));
    }

    private sealed class StopAt(CancellationTokenSource source, int step) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value == step) source.Cancel();
        }
    }
}
