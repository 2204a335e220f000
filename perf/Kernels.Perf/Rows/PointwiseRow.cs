using System.Runtime.InteropServices;
using Kernels.Perf.Checking;
using Kernels.Perf.Peers;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows;

/// <summary>The 1×1 convolutions of a network, one after the other, each on an input of its own; groups of outputs drop inputs at random.</summary>
/// <remarks>own-dense is the same kernel in groups of four with every weight kept; onnxruntime convolves with the dense fp32 weights.</remarks>
/// <param name="Network">Name of the network.</param>
/// <param name="Layers">Its layers.</param>
/// <param name="GroupRows">Outputs that share the inputs they use.</param>
/// <param name="Dropped">Groups dropped, in percent; 0 is dense.</param>
internal sealed record PointwiseRow(string Network, IReadOnlyList<PointwiseLayer> Layers, int GroupRows, int Dropped) : IRatioRow
{
    private const int DenseGroup = 4;

    public string Name => $"conv1x1.{Network}." + (Dropped == 0 ? "dense" : $"{(GroupRows == 1 ? "unstructured" : $"group{GroupRows}")}.{Dropped}");

    public string Description =>
        $"{Layers.Count} 1×1 convolutions of {Network}, " + (Dropped == 0 ? "dense" : $"{Dropped} % of {(GroupRows == 1 ? "weights" : $"groups of {GroupRows} outputs")} dropped");

    public Bound Bound => Bound.Compute;

    public PreparedRow Prepare(RowSetup setup)
    {
        var random = new Random(1);
        var problems = Layers.Select(layer => new Problem(layer, GroupRows, Dropped, random)).ToArray();
        var flops = problems.Sum(problem => 2.0 * problem.Kept * problem.Layer.Pixels);
        var bytes = problems.Sum(problem => 4.0 * problem.Kept * (1 + 1.0 / GroupRows) + 4.0 * problem.Layer.Pixels * (problem.Layer.Inputs + problem.Layer.Outputs));
        var prepared = new PreparedRow { Work = () => new RowWork(flops, bytes) };
        try
        {
            var own = problems.Select(problem => Build(prepared, setup, GroupRows, problem, problem.Sparse, problem.Mask)).ToArray();
            prepared.Times(own[0].Output, () => Array.ForEach(own, layer => layer.Run()), () => Array.ForEach(own, layer => layer.Verify()));
            if (setup.WithBaselines) AddBaselines(prepared, setup, problems);
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private void AddBaselines(PreparedRow prepared, RowSetup setup, Problem[] problems)
    {
        if (Dropped != 0)
            prepared.Against("own-dense", () =>
            {
                var dense = problems.Select(problem =>
                    Build(prepared, setup, DenseGroup, problem, problem.Dense, WeightMask.Full(problem.Layer.Outputs, problem.Layer.Inputs))).ToArray();
                return new Contender("own-dense", () => Array.ForEach(dense, layer => layer.Run()), () => Array.ForEach(dense, layer => layer.Verify()));
            });
        prepared.Against("onnxruntime", () =>
        {
            var peers = problems.Select(problem =>
            {
                var (inputs, outputs, side) = problem.Layer;
                var y = new float[outputs * side * side];
                var session = prepared.Keep(OnnxSession.PointwiseConvolution(problem.X, problem.Dense, y, inputs, outputs, side, setup.Device.Workers.Count));
                return (Run: (Action)session.Run, Verify: (Action)(() => problem.Check(problem.Dense).Verify(y)));
            }).ToArray();
            return new Contender("onnxruntime", () => Array.ForEach(peers, peer => peer.Run()), () => Array.ForEach(peers, peer => peer.Verify()));
        });
    }

    private static (DeviceBuffer Output, Action Run, Action Verify) Build(
        PreparedRow prepared, RowSetup setup, int groupRows, Problem problem, float[] weights, WeightMask mask)
    {
        var (device, kernel) = (setup.Device, groupRows == 1 ? MeasuredKernels.Unstructured : MeasuredKernels.GroupOf4);
        var (inputs, outputs, pixels) = (problem.Layer.Inputs, problem.Layer.Outputs, problem.Layer.Pixels);
        var packed = prepared.Keep(kernel.Pack(device, BlockMatrix.Pack(weights, mask, groupRows, 1)));
        var plan = prepared.Keep(kernel.Plan(device, new ConvolutionShape(inputs, outputs, problem.Layer.Side, problem.Layer.Side)));
        var input = prepared.Keep(device.Allocate(4L * inputs * pixels));
        input.CopyFrom(MemoryMarshal.AsBytes<float>(problem.X));
        var output = prepared.Keep(device.Allocate(4L * outputs * pixels));
        var from = Tensor.Matrix(input, ElementType.Float32, inputs, pixels);
        var to = Tensor.Matrix(output, ElementType.Float32, outputs, pixels);
        return (output, () => plan.Run(from, packed, to), () =>
        {
            var y = new float[outputs * pixels];
            output.CopyTo(MemoryMarshal.AsBytes(y.AsSpan()));
            problem.Check(weights).Verify(y);
        });
    }

    /// <summary>One layer's input and weights.</summary>
    private sealed class Problem
    {
        private readonly float[] _transposed;

        public Problem(PointwiseLayer layer, int groupRows, int dropped, Random random)
        {
            Layer = layer;
            X = Uniform(random, layer.Inputs * layer.Pixels);
            Dense = Uniform(random, layer.Outputs * layer.Inputs);
            Sparse = (float[])Dense.Clone();
            var keep = new bool[Dense.Length];
            for (var i = 0; i < layer.Outputs / groupRows * layer.Inputs; i++)
            {
                var kept = random.Next(100) >= dropped;
                for (var row = 0; row < groupRows; row++) keep[(i / layer.Inputs * groupRows + row) * layer.Inputs + i % layer.Inputs] = kept;
            }

            Mask = new WeightMask(layer.Outputs, layer.Inputs, keep);
            Mask.Apply(Sparse);
            _transposed = new float[X.Length];
            for (var i = 0; i < X.Length; i++) _transposed[i % layer.Pixels * layer.Inputs + i / layer.Pixels] = X[i];
        }

        public PointwiseLayer Layer { get; }

        public float[] X { get; }

        public float[] Dense { get; }

        public float[] Sparse { get; }

        public WeightMask Mask { get; }

        public long Kept => Mask.Kept;

        // Y = W·X is the product of W's rows with X's columns.
        public ProductCheck Check(float[] weights) => new(weights, _transposed, Layer.Outputs, Layer.Inputs, Layer.Pixels);

        private static float[] Uniform(Random random, int count)
        {
            var values = new float[count];
            for (var i = 0; i < count; i++) values[i] = 2 * random.NextSingle() - 1;
            return values;
        }
    }
}
