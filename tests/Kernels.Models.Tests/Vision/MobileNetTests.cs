using Kernels.Compression;
using Kernels.Testing;
using Xunit;

namespace Kernels.Models.Tests.Vision;

public sealed class MobileNetTests
{
    public static TheoryData<string> Libraries => new("timm v1", "timm v2", "torchvision v2");

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Stored_networks_compute_their_definition(string library)
    {
        var random = Network(library);
        using var folder = new TemporaryFolder();
        random.Write(Path.Combine(folder.Path, "model.safetensors"));
        var image = RandomValues.Normal(7, 3 * RandomMobileNet.Side * RandomMobileNet.Side);
        using var device = new CpuDevice(2);
        using var model = new VisionModel(VisionNetwork.Open(folder.Path), device);
        AssertClose(random.Define(image), model.Classify(image));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Rearranged_networks_compute_the_same(string library)
    {
        var network = Read(library);
        var sorted = NetworkRearrangement.Sort(network);
        var image = RandomValues.Normal(7, 3 * RandomMobileNet.Side * RandomMobileNet.Side);
        using var device = new CpuDevice(2);
        using VisionModel before = new(network, device), after = new(sorted, device);
        AssertClose(Array.ConvertAll(before.Classify(image), value => (double)value), after.Classify(image));

        var moved = network.Layers.Zip(sorted.Layers).Count(pair => !pair.First.Bias.SequenceEqual(pair.Second.Bias));
        Assert.True(moved > network.Layers.Count * 3 / 4, $"only {moved} of {network.Layers.Count} layers were rearranged");
        var stem = sorted.Layers[0];
        var norms = Enumerable.Range(0, stem.Outputs).Select(o => stem.Filters.Skip(o * stem.Columns).Take(stem.Columns).Sum(value => (double)MathF.Abs(value)));
        if (library == "timm v1") Assert.Equal(norms.Order(), norms);
    }

    [Theory]
    [InlineData("timm v1", "group:4@0.5", 2)]
    [InlineData("torchvision v2", "group:4@0.3", 1)]
    [InlineData("timm v2", "group:2@0.7", 3)]
    [InlineData("timm v1", "group:8@0.6", 1)]
    [InlineData("timm v2", "group:1@0.8", 1)]
    public void Pruned_networks_compute_what_their_masks_keep(string library, string pattern, int threads)
    {
        var image = RandomValues.Normal(8, 3 * RandomMobileNet.Side * RandomMobileNet.Side);
        var sparsity = SparsityPattern.Parse(pattern);
        using var device = new CpuDevice(threads);
        using var model = new VisionModel(Read(library), device, sparsity);
        AssertClose(NetworkOracle.Classify(model.Network, image), model.Classify(image));
        var masks = model.Network.Layers.Where(layer => layer.Mask is not null).Select(layer => layer.Mask!).ToArray();
        Assert.True(masks.Length > 10);
        Assert.All(masks, mask => Assert.InRange(mask.Density, 0.8 * (1 - sparsity.Sparsity), 1.25 * (1 - sparsity.Sparsity)));
    }

    [Theory]
    [InlineData("opencl", "timm v1", "group:4@0.5")]
    [InlineData("simulator", "torchvision v2", "group:1@0.8")]
    public void Gpus_compute_what_the_masks_keep(string name, string library, string pattern)
    {
        var image = RandomValues.Normal(8, 3 * RandomMobileNet.Side * RandomMobileNet.Side);
        using var gpu = TestDevices.Open(name);
        using var model = new VisionModel(Read(library), gpu, SparsityPattern.Parse(pattern));
        AssertClose(NetworkOracle.Classify(model.Network, image), model.Classify(image));
    }

    [Fact]
    public void Patterns_and_images_that_do_not_suit_are_refused()
    {
        var network = Read("timm v1");
        using var device = new CpuDevice(1);
        Assert.Contains("2:7", Assert.Throws<ModelException>(() => new VisionModel(network, device, SparsityPattern.Parse("2:7"))).Message);
        Assert.Contains("group:3", Assert.Throws<ModelException>(() => new VisionModel(network, device, SparsityPattern.Parse("group:3@0.5"))).Message);
        using var model = new VisionModel(network, device);
        Assert.Contains("12 values", Assert.Throws<ModelException>(() => model.Classify(new float[12])).Message);
        using var nowhere = new Kernels.NullDevice();
        Assert.Contains("no program", Assert.Throws<Kernels.Scheduling.SchedulingException>(() => new VisionModel(network, nowhere)).Message);
    }

    [Theory]
    [InlineData("missing", "conv_stem.weight")]
    [InlineData("missing", "blocks.3.2.bn2.running_var")]
    [InlineData("missing", "classifier.bias")]
    public void Files_without_a_tensor_are_refused_by_its_name(string limit, string tensor)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        RandomMobileNet.TimmV1().Write(path, name => name != tensor);
        var message = Assert.Throws<ModelException>(() => VisionNetwork.Open(path)).Message;
        Assert.Contains(tensor, message);
        if (tensor != "conv_stem.weight") Assert.Contains(limit, message);
    }

    [Theory]
    [InlineData("""{"architecture":"mobilenetv1_100","pretrained_cfg":{"mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5]}}""", "symmetric")]
    [InlineData("""{"architecture":"mobilenetv2_100","pretrained_cfg":{"mean":[0.485,0.456,0.406]}}""", "imagenet")]
    [InlineData("""{"architecture":"mobilenetv2_100"}""", "imagenet")]
    [InlineData("""{"pretrained_cfg":{"mean":[0.1,0.2,0.3]}}""", null)]
    [InlineData("""{"pretrained_cfg":{"mean":["a"]}}""", null)]
    public void Pixels_are_read_as_the_files_say(string config, string? normalization)
    {
        using var folder = new TemporaryFolder();
        RandomMobileNet.TimmV1().Write(folder["model.safetensors"]);
        File.WriteAllText(folder["config.json"], config);
        if (normalization is null) Assert.Contains("mean", Assert.Throws<ModelException>(() => VisionNetwork.Open(folder.Path)).Message);
        else Assert.Equal(normalization, VisionNetwork.Open(folder.Path).Normalization.Name);
        Assert.Equal([-1f, 1f, -1f, 1f, -1f, 1f], ImageNormalization.Symmetric.Normalize([0, 0, 0, 255, 255, 255]));
        Assert.Equal((51 / 255f - 0.456f) / 0.224f, ImageNormalization.ImageNet.Normalize([0, 51, 0])[1]);
    }

    [Fact]
    public void Layers_that_contradict_each_other_are_refused()
    {
        var network = Read("timm v2");
        Refused("made for 9 channels", (layers, _) => layers[3] = layers[3] with { Inputs = 9 });
        Refused("reading layer 5", (layers, _) => layers[5] = layers[5] with { Input = 5 });
        Refused("adding", (layers, last) => layers[last] = layers[last] with { Residual = 0 });
        Refused("biases", (layers, _) => layers[2] = layers[2] with { Bias = [1] });
        Refused("not finite", (layers, _) => layers[2] = layers[2] with { Bias = [.. layers[2].Bias.Skip(1), float.NaN] });
        Refused("twice", (layers, _) => layers[2] = layers[2] with { Name = layers[1].Name });
        Assert.Contains("classifier", Assert.Throws<ModelException>(() => new VisionNetwork("n", 224, 3, network.Layers, new float[5], new float[2])).Message);

        void Refused(string text, Action<VisionLayer[], int> change)
        {
            var layers = network.Layers.ToArray();
            change(layers, layers.Length - 1);
            Assert.Contains(text, Assert.Throws<ModelException>(() => new VisionNetwork("n", 224, 3, layers, network.Classifier, network.ClassifierBias)).Message);
        }
    }

    private static RandomMobileNet Network(string library) => library switch
    {
        "timm v1" => RandomMobileNet.TimmV1(),
        "timm v2" => RandomMobileNet.V2(ofTorchvision: false),
        _ => RandomMobileNet.V2(ofTorchvision: true),
    };

    private static VisionNetwork Read(string library)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        Network(library).Write(path);
        return VisionNetwork.Open(path);
    }

    // Fifty layers of fp32, relative to the largest logit.
    private static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var scale = expected.Max(Math.Abs);
        Assert.True(scale > 0.1);
        for (var i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - actual[i]) < 1e-4 * scale, $"logit {i} is {actual[i]}, by definition {expected[i]}");
    }
}
