using System.Runtime.InteropServices;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Contraction;

/// <summary>Products by every sparse format on the processor, against what the format says it stores.</summary>
public class GroupProductTests
{
    private static readonly ElementType[] Storages = [ElementType.Float32, ElementType.BFloat16, ElementType.Float16, ElementType.Int8, ElementType.Int4];

    private static readonly Dictionary<string, (MatMulKernel Kernel, Func<Random, SparseMatrix> Draw)> Formats = new()
    {
        ["2:4"] = (Products.TwoOfFour, random => RandomSparse.SemiStructured(37, 1036, 2, 4, 1, random)),
        ["1:4"] = (Products.OneOfFour, random => RandomSparse.SemiStructured(37, 1036, 1, 4, 1, random)),
        ["4:16"] = (Products.FourOfSixteen, random => RandomSparse.SemiStructured(70, 208, 4, 16, 1, random)),
        ["3:32 in vectors"] = (Products.ThreeOfThirtyTwo, random => RandomSparse.SemiStructured(72, 1056, 3, 32, 8, random)),
        ["unstructured"] = (Products.Unstructured, random => RandomSparse.Blocks(67, 1033, 1, 1, 0.2, random)),
        ["groups of 2"] = (Products.GroupsOfTwo, random => RandomSparse.Blocks(66, 1033, 2, 1, 0.3, random)),
        ["groups of 4, epilogue"] = (Products.GroupsOfFourLeak, random => RandomSparse.Blocks(68, 1033, 4, 1, 0.3, random)),
        ["groups of 8"] = (Products.GroupsOfEight, random => RandomSparse.Blocks(72, 95, 8, 1, 0.3, random)),
        ["groups of 16"] = (Products.GroupsOfSixteen, random => RandomSparse.Blocks(80, 95, 16, 1, 0.3, random)),
        ["blocks of 8×4"] = (Products.GroupsOfEight, random => RandomSparse.Blocks(72, 96, 8, 4, 0.3, random)),
        ["blocks of 32×32"] = (Products.GroupsOfSixteen, random => RandomSparse.Blocks(96, 128, 32, 32, 0.5, random)),
        ["8:2:16"] = (Products.Unstructured, random => RandomSparse.Vnm(40, 96, 8, 16, random)),
        ["nothing"] = (Products.Unstructured, random => RandomSparse.Blocks(5, 7, 1, 1, 0, random)),
        ["everything"] = (Products.GroupsOfTwo, random => BlockMatrix.Pack(RandomSparse.Weights(4 * 9, random), WeightMask.Full(4, 9), 2, 1)),
    };

    public static TheoryData<string, int> Cases { get; } = [.. from format in Formats.Keys from bits in new[] { 128, 256, 512 } select (format, bits)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_stored_is_multiplied(string format, int vectorBits)
    {
        var (kernel, draw) = Formats[format];
        using var device = CpuDevice.Emulating(2, vectorBits);
        var random = new Random(format.Length);
        foreach (var type in Storages)
        {
            var matrix = draw(random);
            using var weights = kernel.Pack(device, matrix, type);
            foreach (var rows in new[] { 1, 3, 4, 5, 39 }) Check(device, kernel, matrix, weights, rows, random);
        }
    }

    [Fact]
    public void Integers_keep_their_scales_whatever_the_groups()
    {
        using var device = new CpuDevice(1);
        var random = new Random(9);
        var mask = RandomSparse.Blocks(8, 300, 2, 1, 0.4, random).Mask();
        var codes = new sbyte[8 * 300];
        for (var i = 0; i < codes.Length; i++) codes[i] = (sbyte)random.Next(-8, 8);
        var scales = new float[8 * 7];
        for (var i = 0; i < scales.Length; i++) scales[i] = random.NextSingle();
        var values = new float[codes.Length];
        for (var i = 0; i < values.Length; i++) values[i] = codes[i] * scales[i / 300 * 7 + i % 300 / 48];
        foreach (var type in new[] { ElementType.Int8, ElementType.Int4 })
        {
            using var weights = Products.GroupsOfTwo.Pack(device, HostMatrix.Quantized(codes, 8, 300, scales, 48) with { Mask = mask }, type);
            mask.Apply(values);
            Compare(device, Products.GroupsOfTwo, values, mask, weights, 3, random);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_packing()
    {
        using var device = new CpuDevice(1);
        var random = new Random(1);
        var dense = new float[16 * 32];
        Refused("without a mask", () => Products.Unstructured.Pack(device, Host(dense, 16, 32)));
        Refused("rows 0 and 1 that keep different inputs", () => Products.GroupsOfEight.Pack(device, RandomSparse.Vnm(16, 32, 16, 16, random)));
        Refused("2 kept weights in row 0, columns 0 to 3", () => Products.OneOfFour.Pack(device, RandomSparse.SemiStructured(16, 32, 2, 4, 1, random)));
        Refused("18 outputs are not a multiple of groups of 8", () => Products.GroupsOfEight.Pack(device, RandomSparse.Blocks(18, 32, 2, 1, 0.5, random)));
        Refused("34 inputs are not a multiple of 4", () => Products.OneOfFour.Plan(device, new MatMulShape(1, 34, 16)));
        Refused("65537 inputs", () => Products.Unstructured.Plan(device, new MatMulShape(1, 65537, 16)));
        using var simulator = TestDevices.Open("simulator");
        Assert.Contains("no program was generated", Products.Unstructured.Supports(simulator, new MatMulShape(1, 32, 16)).Reason);

        static void Refused(string part, Func<object> act) => Assert.Contains(part, Assert.Throws<KernelException>(act).Message);
    }

    [Fact]
    public void Largest_magnitudes_stay_where_no_mask_says_otherwise()
    {
        using var device = new CpuDevice(1);
        float[] w = [1, -4, 2, 3, 0, 0, 0, -1, 5, 5, 1, 1];
        using var weights = Products.OneOfFour.Pack(device, Host(w, 1, 12));
        Compare(device, Products.OneOfFour, [0, -4, 0, 0, 0, 0, 0, -1, 5, 0, 0, 0], null, weights, 1, new Random(2));
    }

    private static HostMatrix Host(float[] weights, int rows, int columns) => new(MemoryMarshal.AsBytes(weights.AsSpan()), ElementType.Float32, rows, columns);

    private static void Check(CpuDevice device, MatMulKernel kernel, SparseMatrix matrix, PackedWeights weights, int rows, Random random)
    {
        var values = matrix.Densify();
        if (weights.Type.IsScaled()) values = QuantizationOracle.Round(values, matrix.Columns, weights.Type == ElementType.Int8 ? 127 : 7, 128);
        Compare(device, kernel, values, matrix.Mask(), weights, rows, random);
    }

    private static void Compare(CpuDevice device, MatMulKernel kernel, float[] values, WeightMask? mask, PackedWeights weights, int rows, Random random)
    {
        var (inputs, outputs) = (weights.Inputs, weights.Outputs);
        var problem = new ProductCase(rows, inputs, outputs, weights.Type, Padding: 3) { Kernel = kernel };
        var x = problem.Activations();
        if (mask is not null) x[random.Next(x.Length)] = float.NegativeInfinity; // times a stored zero is NaN, times a dropped one nothing
        var expected = new double[rows * outputs];
        for (var row = 0; row < rows; row++)
            for (var output = 0; output < outputs; output++)
            {
                double sum = 0;
                for (var i = 0; i < inputs; i++)
                    if (mask is null || mask[output, i]) sum += (double)x[row * inputs + i] * values[output * inputs + i];
                expected[row * outputs + output] = kernel.Declaration.Epilogue is null ? sum : sum < 0 ? 1 + sum / 16 : 1 + sum;
            }

        using var plan = kernel.Plan(device, new MatMulShape(rows, inputs, outputs, weights.Type));
        Tolerance.AssertClose(expected, problem.Run(device, plan, weights, x), ElementType.Float32, $"{kernel.Declaration.Name} of {weights.Type}, {rows} rows");
    }
}
