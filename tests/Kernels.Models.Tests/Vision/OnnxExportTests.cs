using CsCheck;
using Kernels.Testing;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;
using RuntimeOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Kernels.Models.Tests.Vision;

/// <summary>A network is imported in every way exporters write it; ONNX Runtime says what the file computes.</summary>
public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuDevice _device = new(1);
    private readonly VisionNetwork _network = SmallNetwork.Make();
    private readonly float[] _image = RandomValues.Normal(5, 3 * SmallNetwork.Side * SmallNetwork.Side);

    public static TheoryData<string> Exporters => new("torchvision", "early torchvision", "captured", "model zoo", "Keras", "TensorFlow");

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Exporters))]
    public void Exported_networks_compute_what_their_files_say(string exporter)
    {
        var style = exporter switch
        {
            "torchvision" => OnnxStyle.Torchvision,
            "early torchvision" => OnnxStyle.EarlyTorchvision,
            "captured" => OnnxStyle.Captured,
            "model zoo" => OnnxStyle.ModelZoo,
            "Keras" => OnnxStyle.Keras,
            _ => OnnxStyle.TensorFlow,
        };
        var network = AssertImported(style);
        Assert.Equal(exporter is "Keras" or "TensorFlow", network.IsTurned);
        Assert.Equal(network.IsTurned ? ImageNormalization.Symmetric : ImageNormalization.ImageNet, network.Normalization);
        Assert.Equal(_network.Layers.Count, network.Layers.Count);
    }

    [Fact]
    public void Any_mixture_of_their_ways_is_read() => Gen.Select(
        Gen.Select(Gen.OneOfConst(9, 12, 15, 18), Gen.Enum<OnnxStorage>(), Gen.Bool, Gen.Bool),
        Gen.Select(Gen.Enum<OnnxStyle.Norms>(), Gen.Enum<OnnxStyle.Limits>(), Gen.Enum<OnnxStyle.Zeros>()),
        Gen.Select(Gen.Enum<OnnxStyle.Means>(), Gen.Enum<OnnxStyle.Shapes>(), Gen.Enum<OnnxStyle.Linears>()))
        .Select((file, layer, end) => new OnnxStyle
        {
            Opset = file.Item1, Storage = file.Item2, ChannelsLast = file.Item3, KeepsTransposes = file.Item3 && file.Item4,
            Norm = layer.Item1, Limit = layer.Item2, Zero = layer.Item3, Mean = end.Item1, Shape = end.Item2, Linear = end.Item3,
        }).Sample(style => { AssertImported(style); }, iter: 40, threads: 1);

    [Fact]
    public void What_cannot_be_run_is_refused_by_operation_and_way_out()
    {
        Refused(["(Conv)", "filters [8, 3, 9, 9]"], graph => graph.Node("Conv", ["image", graph.Weights(new float[8 * 3 * 81], 8, 3, 9, 9)]));
        Refused(["(Conv)", "by [1, 0, 1, 0]"], graph => graph.Node("Conv", ["image", graph.Weights(new float[8 * 27], 8, 3, 3, 3)], ("pads", new long[] { 1, 0, 1, 0 })));
        Refused(["(Conv)", "auto_pad SAME"], graph => graph.Node("Conv", ["image", graph.Weights(new float[8 * 27], 8, 3, 3, 3)], ("auto_pad", "SAME")));
        Refused(["(Mul)", "normalised before they are read"], graph => graph.Node("Mul", ["image", graph.Weights([0.5f])]));
        Refused(["(Pad)", "by [0, 0, 1, 1, 0, 0, 1, 1]"], graph => Convolved(graph, graph.Node("Pad", ["image", graph.Integers(0, 0, 1, 1, 0, 0, 1, 1)], ("mode", "reflect"))));
        Refused(["(DequantizeLinear)", "before it is quantised"], graph => graph.Node("DequantizeLinear", ["image", graph.Weights([1])]));
        Refused(["(Resize)"], graph => graph.Node("Resize", [Convolved(graph, "image"), "", graph.Weights([1, 1, 2, 2], 4)]));
        Refused(["clipped to -1 and 1", "0 and 6"], graph => Classified(graph, graph.Node("Clip", [Convolved(graph, "image"), graph.Weights([-1]), graph.Weights([1])])));
        Refused(["(Transpose)", "perm [0, 1, 3, 2]"], graph => graph.Node("Transpose", [Convolved(graph, "image")], ("perm", new long[] { 0, 1, 3, 2 })));
        Refused(["(ReduceMean)", "all rows and columns"], graph => graph.Node("ReduceMean", [Convolved(graph, "image")], ("axes", new long[] { 1 })));
        Refused(["padded by 1 before and 1 after 16 pixels", "multiple of 32"], graph =>
        {
            var first = Strided(graph, "image", 3, 1, 1);
            Classified(graph, Strided(graph, first, 4, 0, 1));
        });
        Refused(["(Add)", "'Softmax"], graph =>
        {
            Classified(graph, Convolved(graph, "image"));
            graph.Node("Add", [graph.Node("Softmax", ["logits"]), graph.Weights([1, 2, 3, 4, 5], 5)]);
        });
        Refused(["nothing else reads"], graph =>
        {
            var first = Convolved(graph, "image");
            graph.Node("Add", [graph.Node("Relu", [graph.Node("Identity", [first])]), first]);
        });

        void Refused(string[] parts, Action<OnnxGraph> build)
        {
            var graph = new OnnxGraph(13).Input("image", 1, 3, 16, 16);
            build(graph);
            File.WriteAllBytes(_folder["refused.onnx"], graph.Encode("logits", 1, 5));
            var message = Assert.Throws<ModelException>(() => VisionNetwork.Open(_folder["refused.onnx"])).Message;
            Assert.All(parts, text => Assert.Contains(text, message));
        }
    }

    [Theory]
    [InlineData(new[] { 0, 3, 0, 0 }, 224)]
    [InlineData(new[] { 0, 3, 32, 32 }, 32)]
    [InlineData(new[] { 8, 3, 1, 1 }, 1)]
    [InlineData(new[] { 1, 3, 16, 17 }, 0)]
    [InlineData(new[] { 1, 3, 0, 16 }, 0)]
    [InlineData(new[] { 1, 3, 5000, 5000 }, 0)]
    [InlineData(new[] { 3, 16, 16 }, 0)]
    [InlineData(new[] { 1, 16, 16, 16 }, 16)] // channels beyond those of a picture: the first axis after the batch has them
    public void Sizes_that_a_graph_leaves_open_are_the_usual(int[] lengths, int side)
    {
        var graph = new OnnxGraph(13).Input("image", lengths);
        Classified(graph, Convolved(graph, "image", lengths[1]));
        File.WriteAllBytes(_folder["sizes.onnx"], graph.Encode("logits", 1, 5));
        if (side == 0) Assert.Contains("shape of the image", Assert.Throws<ModelException>(() => VisionNetwork.Open(_folder["sizes.onnx"])).Message);
        else Assert.Equal((side, lengths[1]), (VisionNetwork.Open(_folder["sizes.onnx"]).Side, VisionNetwork.Open(_folder["sizes.onnx"]).Channels));
    }

    [Theory]
    [InlineData("../weights.data", "beside the model")]
    [InlineData("/etc/passwd", "beside the model")]
    [InlineData("", "beside the model")]
    [InlineData("nowhere.bin", "nowhere.bin")]
    [InlineData("short.bin", "that file has 100")]
    public void Weights_in_other_files_are_looked_for_beside_the_model_alone(string location, string part)
    {
        File.WriteAllBytes(_folder["short.bin"], new byte[100]);
        File.WriteAllBytes(_folder["network.onnx"], (OnnxStyle.Captured with { WeightFile = location }).Export(_network).Encode("logits", 1, SmallNetwork.Classes));
        Assert.Contains(part, Assert.Throws<ModelException>(() => VisionNetwork.Open(_folder["network.onnx"])).Message);
    }

    private VisionNetwork AssertImported(OnnxStyle style)
    {
        var graph = style.Export(_network);
        var path = _folder["network.onnx"];
        File.WriteAllBytes(path, graph.Encode("logits", 1, SmallNetwork.Classes));
        File.WriteAllBytes(_folder[OnnxGraph.WeightFile], graph.External);
        using var options = new RuntimeOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(path, options);
        var (side, pixels) = (SmallNetwork.Side, SmallNetwork.Side * SmallNetwork.Side);
        var image = style.ChannelsLast
            ? new DenseTensor<float>(Enumerable.Range(0, _image.Length).Select(i => _image[i % 3 * pixels + i / 3]).ToArray(), [1, side, side, 3])
            : new DenseTensor<float>(_image, [1, 3, side, side]);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("image", image)], ["logits"]);
        var expected = results[0].AsEnumerable<float>().ToArray();

        var network = VisionNetwork.Open(path);
        using var model = new VisionModel(network, _device);
        var actual = model.Classify(_image);
        var scale = expected.Max(Math.Abs);
        Assert.True(scale > 0.1f);
        for (var i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - actual[i]) < 1e-4f * scale, $"{style}: logit {i} is {actual[i]}, in ONNX Runtime {expected[i]}");
        return network;
    }

    private static string Convolved(OnnxGraph graph, string value, int inputs = 3) => graph.Node("Conv", [value, graph.Weights(new float[4 * inputs], 4, inputs, 1, 1)]);

    private static string Strided(OnnxGraph graph, string value, int inputs, long before, long after) => graph.Node(
        "Conv", [value, graph.Weights(new float[4 * inputs * 9], 4, inputs, 3, 3)], ("strides", new long[] { 2, 2 }), ("pads", new[] { before, before, after, after }));

    private static void Classified(OnnxGraph graph, string value) =>
        graph.Named("Gemm", [graph.Node("Flatten", [graph.Node("GlobalAveragePool", [value])]), graph.Weights(new float[20], 5, 4)], "logits", ("transB", 1L));
}
