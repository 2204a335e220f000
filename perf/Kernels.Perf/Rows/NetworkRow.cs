using System.Runtime.InteropServices;
using Kernels.Compression;
using Kernels.Models;
using Kernels.Perf.Checking;
using Kernels.Perf.Peers;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows;

/// <summary>A whole classifier of random weights on one image, groups of its pointwise convolutions dropped by magnitude.</summary>
/// <remarks>
/// onnxruntime runs the dense fp32 network; own-dense is this library on the same. The sparse answer is checked against ONNX Runtime on the
/// pruned weights, zeros and all, which shares no code with the kernels.
/// </remarks>
/// <param name="Network">Makes the dense network.</param>
/// <param name="Label">Its name in the row's.</param>
/// <param name="GroupRows">Outputs that share the inputs they use.</param>
/// <param name="Dropped">Groups dropped, in percent.</param>
internal sealed record NetworkRow(string Label, Func<VisionNetwork> Network, int GroupRows, int Dropped) : IRatioRow
{
    public string Name => $"{Label}.group{GroupRows}.{Dropped}";

    public string Description => $"{Label}, one image, {Dropped} % of groups of {GroupRows} outputs dropped in pointwise convolutions";

    public Bound Bound => Bound.Compute;

    public PreparedRow Prepare(RowSetup setup)
    {
        var network = Network();
        var random = new Random(2);
        var image = new float[network.Channels * network.Side * network.Side];
        for (var i = 0; i < image.Length; i++) image[i] = 2 * random.NextSingle() - 1;
        RowWork? work = null;
        var prepared = new PreparedRow { Work = () => work!.Value };
        try
        {
            var own = new Running(prepared, setup, network, image, new BlockPattern(GroupRows, 1, Dropped / 100.0));
            work = WorkOf(own.Network);
            prepared.Times(own.Output, own.Run, own.Verify);
            if (!setup.WithBaselines) return prepared;
            prepared.Against("own-dense", () =>
            {
                var dense = new Running(prepared, setup, network, image, null);
                return new Contender("own-dense", dense.Run, dense.Verify);
            });
            prepared.Against("onnxruntime", () =>
            {
                var logits = new float[network.ClassifierBias.Length];
                var session = prepared.Keep(OnnxSession.Network(network, image, logits, setup.Device.Workers.Count));
                var check = new Lazy<LogitsCheck>(() => new LogitsCheck(Array.ConvertAll(Own(setup.Device, network, image), value => (double)value), "this library"));
                return new Contender("onnxruntime", session.Run, () => check.Value.Verify(logits));
            });
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private static float[] Own(Device device, VisionNetwork network, float[] image)
    {
        using var model = new VisionModel(network, device);
        return model.Classify(image);
    }

    private static RowWork WorkOf(VisionNetwork network)
    {
        double flops = 2.0 * network.Classifier.Length, bytes = 4.0 * network.Classifier.Length;
        var sides = new List<int>();
        foreach (var layer in network.Layers)
        {
            var before = layer.Input < 0 ? network.Side : sides[layer.Input];
            var side = layer.Window.Count(before);
            double kept = layer.Mask?.Kept ?? layer.Filters.Length;
            flops += 2 * kept * side * side;
            bytes += 4 * (kept + (double)layer.Inputs * before * before + (double)layer.Outputs * side * side);
            sides.Add(side);
        }

        return new RowWork(flops, bytes);
    }

    /// <summary>This library on a network, and where it leaves its logits.</summary>
    private sealed class Running
    {
        private readonly VisionModel _model;
        private readonly Tensor _logits;
        private readonly Lazy<LogitsCheck> _check;
        private readonly float[] _image;

        public Running(PreparedRow prepared, RowSetup setup, VisionNetwork network, float[] image, SparsityPattern? pattern)
        {
            _model = prepared.Keep(new VisionModel(network, setup.Device, pattern));
            var classes = network.ClassifierBias.Length;
            Output = prepared.Keep(setup.Device.Allocate(sizeof(float) * classes));
            _logits = Tensor.Matrix(Output, ElementType.Float32, 1, classes);
            _image = image;
            _check = new Lazy<LogitsCheck>(() =>
            {
                var expected = new float[classes];
                using var session = OnnxSession.Network(_model.Network, image, expected, setup.Device.Workers.Count);
                session.Run();
                return new LogitsCheck(Array.ConvertAll(expected, value => (double)value), "ONNX Runtime on the same weights");
            });
        }

        public VisionNetwork Network => _model.Network;

        public DeviceBuffer Output { get; }

        public void Run()
        {
            _model.Write(_image);
            _model.Run();
            Output.Device.Layers.Copy(_model.Logits, _logits);
        }

        public void Verify()
        {
            var logits = new float[Network.ClassifierBias.Length];
            Output.CopyTo(MemoryMarshal.AsBytes(logits.AsSpan()));
            _check.Value.Verify(logits);
        }
    }
}
