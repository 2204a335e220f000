using System.Runtime.InteropServices;
using Kernels.Perf.Checking;
using Kernels.Perf.Peers;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows;

/// <summary>Y = X·Wᵀ with random weights: many rows are bound by arithmetic, a single row reads its weights from memory.</summary>
/// <remarks>
/// A single row rotates over as many copies of the weights as exceed the caches eight times, and so do its baselines.
/// own-dense is this library's dense fp32 product of the same size; onnxruntime multiplies by the dense fp32 matrix.
/// </remarks>
/// <param name="Kernel">What multiplies.</param>
/// <param name="Pattern">Which weights are stored.</param>
/// <param name="WeightType">Storage of a value.</param>
/// <param name="Rows">Rows of X.</param>
/// <param name="Inputs">Columns of X and W.</param>
/// <param name="Outputs">Rows of W.</param>
internal sealed record ProductRow(MatMulKernel Kernel, WeightPattern Pattern, ElementType WeightType, int Rows, int Inputs, int Outputs) : IRatioRow
{
    private bool IsPlainDense => Pattern == WeightPattern.Dense && WeightType == ElementType.Float32;

    public string Name =>
        $"{(Rows == 1 ? "gemv" : "gemm")}.{Pattern.Name}.{TypeName}.{(Rows == 1 ? "" : $"{Rows}x")}{Inputs}x{Outputs}";

    private string TypeName => WeightType switch
    {
        ElementType.Float32 => "f32",
        ElementType.BFloat16 => "bf16",
        ElementType.Int8 => "int8",
        ElementType.Int4 => "int4",
        _ => throw new NotSupportedException($"No row stores weights as {WeightType}."),
    };

    public string Description =>
        $"{Rows}×{Inputs} by {Inputs}×{Outputs}, {Pattern.Description}, {WeightType} weights{(Rows == 1 ? " from memory" : "")}";

    public Bound Bound => Rows == 1 ? Bound.Memory : Bound.Compute;

    public PreparedRow Prepare(RowSetup setup)
    {
        var random = new Random(Inputs);
        var x = Uniform(random, Rows * Inputs);
        var w = Uniform(random, Outputs * Inputs);
        var (mask, density) = Pattern.Choose(Outputs, Inputs);
        var stored = Pattern.Prune(w, mask);
        if (WeightType == ElementType.BFloat16)
            stored = Array.ConvertAll(stored, value => ElementTypes.FromBFloat16(ElementTypes.ToBFloat16(value)));
        if (WeightType is ElementType.Int8 or ElementType.Int4)
            stored = GroupwiseIntegers.Round(stored, Inputs, WeightType == ElementType.Int8 ? 127 : 7);
        var weightBytes = density * Outputs * Inputs * (WeightType.Bits() + Pattern.PositionBits) / 8;
        if (WeightType is ElementType.Int8 or ElementType.Int4) weightBytes += 4.0 * Outputs * Inputs / GroupwiseIntegers.Group;
        var flops = 2.0 * Rows * Inputs * Outputs * density;
        var bytes = weightBytes + 4.0 * Rows * (Inputs + Outputs);

        var prepared = new PreparedRow { Work = () => new RowWork(flops, bytes) };
        try
        {
            var check = new ProductCheck(x, stored, Rows, Inputs, Outputs);
            var own = Build(prepared, setup, Kernel, WeightType, x, w, mask, check);
            prepared.Times(own.Output, own.Run, own.Verify);
            if (setup.WithBaselines) AddBaselines(prepared, setup, x, w, IsPlainDense ? check : null);
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private void AddBaselines(PreparedRow prepared, RowSetup setup, float[] x, float[] w, ProductCheck? known)
    {
        var check = known ?? new ProductCheck(x, w, Rows, Inputs, Outputs);
        if (!IsPlainDense)
            prepared.Against("own-dense", () =>
            {
                var dense = Build(prepared, setup, MeasuredKernels.Dense, ElementType.Float32, x, w, null, check);
                return new Contender("own-dense", dense.Run, dense.Verify);
            });
        prepared.Against("onnxruntime", () =>
        {
            var y = new float[Rows * Outputs];
            var copies = Copies(setup, 4L * Outputs * Inputs);
            var sessions = Enumerable.Range(0, copies)
                .Select(_ => prepared.Keep(OnnxSession.MatMul(x, w, y, Rows, Inputs, Outputs, setup.Device.Workers.Count))).ToArray();
            var next = 0;
            return new Contender("onnxruntime", () => sessions[next = (next + 1) % copies].Run(), () => check.Verify(y));
        });
    }

    private (DeviceBuffer Output, Action Run, Action Verify) Build(
        PreparedRow prepared, RowSetup setup, MatMulKernel kernel, ElementType type, float[] x, float[] w, WeightMask? mask, ProductCheck check)
    {
        var device = setup.Device;
        var plan = prepared.Keep(kernel.Plan(device, new MatMulShape(Rows, Inputs, Outputs, type)));
        var input = prepared.Keep(device.Allocate(4L * Rows * Inputs));
        input.CopyFrom(MemoryMarshal.AsBytes<float>(x));
        var output = prepared.Keep(device.Allocate(4L * Rows * Outputs));
        var source = new HostMatrix(MemoryMarshal.AsBytes<float>(w), ElementType.Float32, Outputs, Inputs) { Mask = mask };
        var weights = new List<PackedWeights> { prepared.Keep(kernel.Pack(device, source, type)) };
        var copies = Copies(setup, weights[0].ByteLength);
        while (weights.Count < copies) weights.Add(prepared.Keep(kernel.Pack(device, source, type)));

        var from = Tensor.Matrix(input, ElementType.Float32, Rows, Inputs);
        var to = Tensor.Matrix(output, ElementType.Float32, Rows, Outputs);
        var next = 0;
        return (output, () => plan.Run(from, weights[next = (next + 1) % copies], to), () =>
        {
            var y = new float[Rows * Outputs];
            output.CopyTo(MemoryMarshal.AsBytes(y.AsSpan()));
            check.Verify(y);
        });
    }

    private int Copies(RowSetup setup, long bytes) => Rows == 1 ? setup.CopiesBeyondCache(bytes) : 1;

    private static float[] Uniform(Random random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = 2 * random.NextSingle() - 1;
        return values;
    }
}
