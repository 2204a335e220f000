using CsCheck;
using Google.Protobuf;
using Kernels.Perf.Peers;
using Kernels.Testing;
using Xunit;
using static Kernels.Perf.Peers.OnnxMessage;

namespace Kernels.Models.Tests.Vision;

public sealed class OnnxTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Imported_networks_are_those_that_were_exported(bool withNorms)
    {
        var network = SmallNetwork.Make();
        var read = OnnxNetwork.Read("test.onnx", ByteString.CopyFrom(OnnxNetworkModel.Encode(network, withNorms)));
        Assert.Equal(
            network.Layers.Select(layer => (layer.Input, layer.Residual, layer.Inputs, layer.Outputs, layer.Window, layer.IsDepthwise, layer.Activation)),
            read.Layers.Select(layer => (layer.Input, layer.Residual, layer.Inputs, layer.Outputs, layer.Window, layer.IsDepthwise, layer.Activation)));
        var image = RandomValues.Normal(3, 3 * network.Side * network.Side);
        var (expected, actual) = (NetworkOracle.Classify(network, image), NetworkOracle.Classify(read, image));
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4 * expected.Max(Math.Abs));
    }

    [Fact]
    public void Operations_that_no_MobileNet_has_are_refused_by_name()
    {
        Refused("Sigmoid", Node("Sigmoid", ["image"], "value"));
        Refused("'image'", Node("BatchNormalization", ["image", "a", "b", "c", "d"], "value"));
        Refused("'image'", Node("Gemm", ["image", "w"], "logits"));
        Refused("must be a constant", Node("Conv", ["image", "nowhere"], "value"));
        Refused("without inputs", Node("Conv", [], "value"));
        Refused("classifier");

        static void Refused(string part, params byte[][] nodes)
        {
            var graph = Message(output =>
            {
                foreach (var node in nodes) Write(output, 1, node);
                Write(output, 11, Value("image", 1, 3, 8, 8));
            });
            Assert.Contains(part, Assert.Throws<ModelException>(() => OnnxNetwork.Read("test.onnx", ByteString.CopyFrom(Append(Header(), 7, graph)))).Message);
        }

        static byte[] Node(string operation, string[] inputs, string result) => Message(node =>
        {
            foreach (var input in inputs) Write(node, 1, input);
            Write(node, 2, result);
            Write(node, 4, operation);
        });
    }

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        var network = SmallNetwork.Make();
        byte[][] models =
        [
            OnnxNetworkModel.Encode(network, withNorms: true),
            .. new[] { OnnxStyle.EarlyTorchvision, OnnxStyle.Captured, OnnxStyle.Keras, OnnxStyle.TensorFlow }.Select(style => style.Export(network).Encode("logits", 1, SmallNetwork.Classes)),
        ];
        Assert.Throws<ModelException>(() => OnnxNetwork.Read("empty.onnx", ByteString.Empty));
        // The graph's structure lies at the front; weights follow.
        Gen.Select(Gen.OneOfConst(models), Gen.Int[0, 4000], Gen.Byte, Gen.Double[0, 1]).Sample((model, place, value, share) =>
        {
            var damaged = model[..Math.Max((int)(model.Length * share), place + 1)];
            damaged[place] = value;
            try
            {
                OnnxNetwork.Read("damaged.onnx", ByteString.CopyFrom(damaged));
            }
            catch (ModelException refusal)
            {
                Assert.DoesNotContain('\n', refusal.Message);
            }
        }, iter: 1000, threads: 1);
    }
}
