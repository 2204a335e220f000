using System.Runtime.InteropServices;
using Xunit;

namespace Kernels.Testing;

/// <summary>The layers between products and attention, on any device, against their definitions in fp64.</summary>
public static class LayerCases
{
    private static readonly Dictionary<string, Action<Device>> Checks = new()
    {
        ["norm of rows and of heads"] = Norm, ["rotation of pairs"] = Rotate, ["mean of rows"] = Mean, ["gated activation, sum and bias"] = GateAndAdd,
        ["gather and copy between storages"] = GatherAndCopy,
    };

    /// <summary>Names of the cases.</summary>
    public static IEnumerable<string> Names => Checks.Keys;

    /// <summary>Runs the case called <paramref name="name"/>.</summary>
    public static void Check(Device device, string name) => Checks[name](device);

    private static void Norm(Device device)
    {
        const int tokens = 5, heads = 3, channels = 37;
        var (values, weight) = (RandomValues.Normal(1, tokens * heads * channels, ElementType.Float32), RandomValues.Normal(2, channels, ElementType.Float32));
        using var input = GuardedTensor.Filled(device, values, 1, tokens, heads, channels);
        using var weights = GuardedTensor.Filled(device, weight, 1, channels);
        using var output = new GuardedTensor(device, ElementType.Float32, 1, tokens, heads, channels, 7);
        device.Layers.RmsNorm(input.Tensor, weights.Tensor, 1e-5f, output.Tensor);
        var expected = new double[values.Length];
        for (var row = 0; row < tokens * heads; row++)
        {
            double squares = 0;
            for (var c = 0; c < channels; c++) squares += (double)values[row * channels + c] * values[row * channels + c];
            for (var c = 0; c < channels; c++) expected[row * channels + c] = values[row * channels + c] / Math.Sqrt(squares / channels + 1e-5) * weight[c];
        }

        Tolerance.AssertClose(expected, output.Read("norm"), ElementType.Float32, "norm");
        device.Layers.RmsNorm(input.Tensor, weights.Tensor, 1e-5f, input.Tensor);
        Tolerance.AssertClose(expected, input.Read("norm in place"), ElementType.Float32, "norm in place");
    }

    private static void Rotate(Device device)
    {
        const int tokens = 4, heads = 2, channels = 44, width = 36, first = 9;
        var values = RandomValues.Normal(3, 2 * tokens * heads * channels, ElementType.Float32);
        var angles = RandomValues.Normal(4, 20 * width / 2, ElementType.Float32);
        var table = new float[20 * width];
        for (var p = 0; p < 20; p++)
        for (var c = 0; c < width / 2; c++)
            (table[p * width + c], table[p * width + width / 2 + c]) = (MathF.Cos(angles[p * width / 2 + c]), MathF.Sin(angles[p * width / 2 + c]));
        using var inputs = GuardedTensor.Filled(device, values, 2, tokens, heads, channels);
        using var tables = GuardedTensor.Filled(device, table, 20, width);
        device.Layers.Rotate(inputs.Tensor, tables.Tensor, first);
        var expected = new double[values.Length];
        for (var row = 0; row < 2 * tokens * heads; row++)
        {
            var position = first + row / heads % tokens;
            for (var c = 0; c < channels; c++)
            {
                double Value(int channel) => values[row * channels + channel];
                double cos = table[position * width + c % (width / 2)], sin = table[position * width + width / 2 + c % (width / 2)];
                expected[row * channels + c] = c >= width ? Value(c)
                    : c < width / 2 ? Value(c) * cos - Value(c + width / 2) * sin
                    : Value(c) * cos + Value(c - width / 2) * sin;
            }
        }

        Tolerance.AssertClose(expected, inputs.Read("rotation"), ElementType.Float32, "rotation");
    }

    private static void Mean(Device device)
    {
        foreach (var (rows, columns) in new[] { (3, 1), (5, 49), (2, 200) })
        {
            var values = RandomValues.Normal(columns, rows * columns, ElementType.Float32);
            using var input = GuardedTensor.Filled(device, values, rows, columns);
            using var output = new GuardedTensor(device, ElementType.Float32, 1, rows, gap: 4);
            device.Layers.MeanOfRows(input.Tensor, output.Tensor);
            var expected = Enumerable.Range(0, rows).Select(row => values.Skip(row * columns).Take(columns).Average(value => (double)value)).ToArray();
            Tolerance.AssertClose(expected, output.Read("mean"), ElementType.Float32, $"mean of {rows} × {columns}");
        }
    }

    private static void GateAndAdd(Device device)
    {
        const int rows = 6, channels = 35;
        var (gateUp, residual) = (RandomValues.Normal(5, rows * 2 * channels, ElementType.Float32), RandomValues.Normal(6, rows * channels, ElementType.Float32));
        (gateUp[0], gateUp[1]) = (-100f, 100f);
        using var inputs = GuardedTensor.Filled(device, gateUp, rows, 2 * channels);
        using var residuals = GuardedTensor.Filled(device, residual, rows, channels);
        using var output = new GuardedTensor(device, ElementType.Float32, rows, channels, 5);
        device.Layers.SwiGlu(inputs.Tensor, output.Tensor);
        var expected = new double[rows * channels];
        for (var i = 0; i < expected.Length; i++)
        {
            double gate = gateUp[i / channels * 2 * channels + i % channels], up = gateUp[i / channels * 2 * channels + channels + i % channels];
            expected[i] = gate / (1 + Math.Exp(-gate)) * up;
        }

        Tolerance.AssertClose(expected, output.Read("swiglu"), ElementType.Float32, "swiglu");
        device.Layers.Add(output.Tensor, residuals.Tensor, output.Tensor);
        device.Layers.Add(output.Tensor, output.Tensor, output.Tensor);
        for (var i = 0; i < expected.Length; i++) expected[i] = 2 * (expected[i] + residual[i]);
        Tolerance.AssertClose(expected, output.Read("sum"), ElementType.Float32, "sum");
    }

    private static void GatherAndCopy(Device device)
    {
        const int entries = 11, channels = 19;
        int[] ids = [10, 0, 3, 3];
        foreach (var type in new[] { ElementType.Float32, ElementType.BFloat16, ElementType.Float16 })
        {
            var values = RandomValues.Normal(7, entries * channels, type);
            using var table = new GuardedTensor(device, type, entries, channels, 3);
            table.Write(values);
            using var places = device.Allocate(ids.Length * sizeof(int));
            places.CopyFrom(MemoryMarshal.AsBytes(ids.AsSpan()));
            using var output = new GuardedTensor(device, ElementType.Float32, ids.Length, channels, 2);
            device.Layers.Gather(table.Tensor, Tensor.Matrix(places, ElementType.Int32, 1, ids.Length), output.Tensor);
            var gathered = output.Read("gather");
            for (var i = 0; i < gathered.Length; i++) Assert.Equal(values[ids[i / channels] * channels + i % channels], gathered[i]);

            using var heads = new GuardedTensor(device, type, 1, entries, 1, channels, 4);
            device.Layers.Copy(Tensor.Heads(table.Tensor.Buffer, type, 1, entries, 1, channels, table.Tensor.Offset, 0, table.Tensor.Stride(0)), heads.Tensor);
            Assert.Equal(values, heads.Read("copy"));
        }
    }
}
