using System.Runtime.InteropServices;
using Xunit;

namespace Kernels.Testing;

/// <summary>One product with random data, on any device: runs it between canaries and compares it with the oracle.</summary>
/// <param name="Rows">Activation rows.</param>
/// <param name="Inputs">Columns of activations and weights.</param>
/// <param name="Outputs">Rows of the weights.</param>
/// <param name="WeightType">Storage of the weights.</param>
/// <param name="Sparse">Whether weights are 2:4.</param>
/// <param name="VectorBits">Width of the processor's vectors; concerns it alone.</param>
/// <param name="Threads">Threads of the processor; concern it alone.</param>
/// <param name="Transposed">Whether weights are brought as their transpose.</param>
/// <param name="Padding">Elements between the rows of input and output.</param>
/// <param name="Seed">Of the values.</param>
public sealed record ProductCase(
    int Rows, int Inputs, int Outputs, ElementType WeightType = ElementType.Float32, bool Sparse = false, int VectorBits = 0, int Threads = 1,
    bool Transposed = false, int Padding = 0, int Seed = 1)
{
    private const float Canary = 12345.678f;

    /// <summary>What multiplies.</summary>
    public MatMulKernel Kernel { get; init; } = Sparse ? Products.TwoOfFour : Products.Dense;

    /// <summary>What the kernel does to every output.</summary>
    public Func<double, double>? Epilogue { get; init; }

    /// <summary>Values between −1 and 1.</summary>
    public float[] Activations() => Draw(Rows * Inputs, Seed);

    /// <summary>Weights on a coarse grid, so that magnitudes tie often and every storage holds them exactly.</summary>
    public float[] Weights()
    {
        var weights = Draw(Outputs * Inputs, Seed + 1);
        for (var i = 0; i < weights.Length; i++) weights[i] = MathF.Round(weights[i] * 8) / 8;
        return weights;
    }

    /// <summary>Runs on a processor of the case's own and compares.</summary>
    public void Check()
    {
        using var device = CpuDevice.Emulating(Threads, VectorBits);
        Check(device);
    }

    /// <summary>Runs on <paramref name="device"/> and compares.</summary>
    public void Check(Device device)
    {
        var (x, w) = (Activations(), Weights());
        var y = Run(device, x, w);
        var expected = MatMulOracle.Multiply(x, Stored(w), Rows, Inputs, Outputs, Epilogue);
        Tolerance.AssertClose(expected, y, ElementType.Float32, $"{this} on {device.Name}");
    }

    /// <summary>Leads activations of as many rows from the outputs back to the inputs on <paramref name="device"/>, and compares.</summary>
    public void CheckTransposed(Device device)
    {
        var w = Weights();
        using var weights = Kernel.Pack(device, Host(w, out var bytes), WeightType);
        GC.KeepAlive(bytes);
        using var plan = Kernel.Plan(device, new MatMulShape(Rows, Inputs, Outputs, WeightType, Transposed: true));
        var (stored, turned) = (Stored(w), new float[w.Length]);
        for (var i = 0; i < w.Length; i++) turned[i % Inputs * Outputs + i / Inputs] = stored[i];
        var back = this with { Inputs = Outputs, Outputs = Inputs };
        var x = back.Activations();
        if (!Sparse) x[^1] = float.NegativeInfinity; // beside what a panel lacks
        var expected = MatMulOracle.Multiply(x, turned, Rows, Outputs, Inputs, Epilogue);
        Tolerance.AssertClose(expected, back.Run(device, plan, weights, x), ElementType.Float32, $"{this}, used transposed on {device.Name}");
    }

    /// <summary>The weights as they are stored: pruned, and rounded where the storage does not hold them exactly.</summary>
    public float[] Stored(float[] w)
    {
        var kept = Sparse ? SemiStructuredOracle.Mask(w, Inputs) : w;
        return WeightType.IsScaled() ? QuantizationOracle.Round(kept, Inputs, WeightType == ElementType.Int8 ? 127 : 7, 128) : kept;
    }

    /// <summary>Runs the product with rows padded and canaries around and between the output's rows.</summary>
    public float[] Run(Device device, float[] x, float[] w)
    {
        using var weights = Kernel.Pack(device, Host(w, out var bytes), WeightType);
        GC.KeepAlive(bytes);
        using var plan = Kernel.Plan(device, new MatMulShape(Rows, Inputs, Outputs, WeightType));
        return Run(device, plan, weights, x);
    }

    /// <inheritdoc cref="Run(Device, float[], float[])"/>
    public float[] Run(Device device, MatMulPlan plan, PackedWeights weights, float[] x)
    {
        var (inputStride, outputStride) = (Inputs + Padding, Outputs + Padding);
        using var input = device.Allocate(4L * Rows * inputStride);
        using var output = device.Allocate(4L * (Rows * outputStride + 16));
        for (var row = 0; row < Rows; row++)
            input.CopyFrom(MemoryMarshal.AsBytes(x.AsSpan(row * Inputs, Inputs)), 4L * row * inputStride);
        var host = new float[Rows * outputStride + 16];
        Array.Fill(host, Canary);
        output.CopyFrom(MemoryMarshal.AsBytes(host.AsSpan()));

        plan.Run(
            Tensor.Matrix(input, ElementType.Float32, Rows, Inputs, 0, inputStride), weights,
            Tensor.Matrix(output, ElementType.Float32, Rows, Outputs, 8, outputStride));

        output.CopyTo(MemoryMarshal.AsBytes(host.AsSpan()));
        var result = new float[Rows * Outputs];
        for (var i = 0; i < host.Length; i++)
        {
            var (row, column) = (Math.DivRem(i - 8, outputStride, out var rest), rest);
            if (i >= 8 && row < Rows && column < Outputs) result[row * Outputs + column] = host[i];
            else Assert.True(host[i] == Canary, $"{this}: element {i} outside the output was overwritten with {host[i]}");
        }

        return result;
    }

    /// <summary>The weights as a host matrix stored as <see cref="WeightType"/>, or as fp32 to be quantised.</summary>
    public HostMatrix Host(float[] w, out byte[] bytes)
    {
        var type = WeightType.IsScaled() ? ElementType.Float32 : WeightType;
        bytes = new byte[w.Length * type.Size()];
        for (var i = 0; i < w.Length; i++)
        {
            var at = Transposed ? i % Inputs * Outputs + i / Inputs : i;
            if (type == ElementType.Float32) MemoryMarshal.Cast<byte, float>(bytes.AsSpan())[at] = w[i];
            else
                MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan())[at] =
                    type == ElementType.BFloat16 ? ElementTypes.ToBFloat16(w[i]) : ElementTypes.ToFloat16(w[i]);
        }

        return new HostMatrix(bytes, type, Outputs, Inputs, Transposed);
    }

    private static float[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = random.NextSingle() * 2 - 1;
        return values;
    }
}
