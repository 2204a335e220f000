using System.Runtime.InteropServices;
using Kernels.Testing;

namespace Kernels.Tests.Contraction;

/// <summary>A product with integer weights that come with scales and, if sparse, with a mask that keeps zeros.</summary>
internal sealed record QuantizedCase(int Rows, int Inputs, int Outputs, ElementType Type, int Group, bool Sparse)
{
    public void Check(Device device)
    {
        var random = new Random(Inputs + Group);
        var product = new ProductCase(Rows, Inputs, Outputs, Type, Sparse);
        var codes = new sbyte[Outputs * Inputs];
        for (var i = 0; i < codes.Length; i++) codes[i] = (sbyte)random.Next(-8, 8);
        var scales = new float[Outputs * ((Inputs + Group - 1) / Group)];
        for (var i = 0; i < scales.Length; i++) scales[i] = random.NextSingle();
        var keep = new bool[codes.Length];
        for (var group = 0; group < keep.Length; group += 4)
            foreach (var i in Enumerable.Range(group, 4).OrderBy(_ => random.Next()).Take(2)) keep[i] = true;
        var source = HostMatrix.Quantized(codes, Outputs, Inputs, scales, Group) with { Mask = Sparse ? new WeightMask(Outputs, Inputs, keep) : null };
        using var weights = product.Kernel.Pack(device, source, Type);

        // Zero times infinity is NaN: an infinite input shows which zeros are stored.
        var x = product.Activations();
        x[^1] = float.PositiveInfinity;
        var across = scales.Length / Outputs;
        var expected = new double[Rows * Outputs];
        for (var i = 0; i < expected.Length; i++)
            for (var column = 0; column < Inputs; column++)
            {
                var (row, output) = (i / Outputs, i % Outputs);
                if (!Sparse || keep[output * Inputs + column])
                    expected[i] += x[row * Inputs + column] * (double)(codes[output * Inputs + column] * scales[output * across + column / Group]);
            }

        using var plan = product.Kernel.Plan(device, new MatMulShape(Rows, Inputs, Outputs, Type));
        var stored = Type == ElementType.BFloat16 ? ElementType.BFloat16 : ElementType.Float32;
        Tolerance.AssertClose(expected, product.Run(device, plan, weights, x), stored, $"{this}");
    }
}
