using System.Runtime.InteropServices;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Contraction;

/// <summary>Products by every sparse format, against what the format says it stores.</summary>
public class GroupProductTests
{
    public static TheoryData<string, int> Processors { get; } =
        [.. from format in GroupedProduct.Formats.Keys from bits in new[] { 128, 256, 512 } select (format, bits)];

    public static TheoryData<string, string> Gpus { get; } = [.. GroupedProduct.OnGpus];

    [Theory]
    [MemberData(nameof(Processors))]
    public void What_is_stored_is_multiplied(string format, int vectorBits)
    {
        using var device = CpuDevice.Emulating(2, vectorBits);
        new GroupedProduct(format).Check(device, GroupedProduct.Storages, 1, 3, 4, 5, 39);
    }

    [Theory]
    [MemberData(nameof(Gpus))]
    public void What_is_stored_is_multiplied_on_gpus(string format, string name)
    {
        using var device = TestDevices.Open(name);
        if (name == PtxDevices.Name) new GroupedProduct(format).Check(device, GroupedProduct.Storages, 1, 6, 70);
        else new GroupedProduct(format).Check(device, [GroupedProduct.OpenClStorages.GetValueOrDefault(format)], 1, 6, name == "simulator" ? 17 : 70);
    }

    [Theory]
    [InlineData("cpu", 48)]
    [InlineData("simulator", 64)]
    [InlineData("simulator", 300)]
    public void Integers_keep_their_scales(string name, int group)
    {
        using var device = TestDevices.Open(name);
        var random = new Random(9);
        var mask = RandomSparse.Blocks(8, 300, 2, 1, 0.4, random).Mask();
        var codes = new sbyte[8 * 300];
        for (var i = 0; i < codes.Length; i++) codes[i] = (sbyte)random.Next(-8, 8);
        var across = (300 + group - 1) / group;
        var scales = new float[8 * across];
        for (var i = 0; i < scales.Length; i++) scales[i] = random.NextSingle();
        var values = new float[codes.Length];
        for (var i = 0; i < values.Length; i++) values[i] = codes[i] * scales[i / 300 * across + i % 300 / group];
        foreach (var type in new[] { ElementType.Int8, ElementType.Int4 })
        {
            using var weights = Products.GroupsOfTwo.Pack(device, HostMatrix.Quantized(codes, 8, 300, scales, group) with { Mask = mask }, type);
            mask.Apply(values);
            GroupedProduct.Compare(device, Products.GroupsOfTwo, values, mask, weights, 3, random);
        }
    }

    [Fact]
    public void Blocks_of_rows_and_long_segments_are_taken_in_turn()
    {
        const int outputs = 6, inputs = 1300, group = 650; // a scale for more inputs than are decoded together
        using var device = new CpuDevice(2);
        var random = new Random(6);
        var matrix = RandomSparse.Blocks(outputs, inputs, 2, 1, 0.95, random);
        var mask = matrix.Mask();
        using (var weights = Products.GroupsOfTwo.Pack(device, matrix))
            GroupedProduct.Compare(device, Products.GroupsOfTwo, matrix.Densify(), mask, weights, 1100, random);

        var (codes, scales, values) = (new sbyte[outputs * inputs], new float[outputs * inputs / group], new float[outputs * inputs]);
        for (var i = 0; i < scales.Length; i++) scales[i] = random.NextSingle();
        for (var i = 0; i < codes.Length; i++) values[i] = (codes[i] = (sbyte)random.Next(-8, 8)) * scales[i / group];
        foreach (var type in new[] { ElementType.Int8, ElementType.Int4 })
            using (var weights = Products.GroupsOfTwo.Pack(device, HostMatrix.Quantized(codes, outputs, inputs, scales, group) with { Mask = mask }, type))
                foreach (var rows in new[] { 1, 40 }) GroupedProduct.Compare(device, Products.GroupsOfTwo, values, mask, weights, rows, random);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("simulator")]
    public void Weights_are_replaced_in_place_where_they_fit(string name)
    {
        using var device = TestDevices.Open(name);
        var random = new Random(4);
        var (first, second) = (RandomSparse.Blocks(12, 40, 2, 1, 0.9, random), RandomSparse.Blocks(12, 40, 2, 1, 0.3, random));
        using var weights = Products.GroupsOfTwo.Pack(device, first);
        var held = device.AllocatedBytes;
        var (values, mask) = (second.Densify(), second.Mask());
        weights.Repack(Host(values, 12, 40) with { Mask = mask });
        Assert.Equal(held, device.AllocatedBytes);
        GroupedProduct.Compare(device, Products.GroupsOfTwo, values, mask, weights, 2, random);
        var full = Assert.Throws<KernelException>(() => weights.Repack(Host(values, 12, 40) with { Mask = WeightMask.Full(12, 40) }));
        Assert.Contains("240 groups of 2 to repack", full.Message);
        GroupedProduct.Compare(device, Products.GroupsOfTwo, values, mask, weights, 2, random);
    }

    [Fact]
    public void Kernels_of_gpus_refuse_scales_they_cannot_find_and_weights_of_others()
    {
        using var device = TestDevices.Open("simulator");
        var mask = WeightMask.Full(2, 96);
        var error = Assert.Throws<KernelException>(
            () => Products.GroupsOfTwo.Pack(device, HostMatrix.Quantized(new sbyte[192], 2, 96, new float[4], 48) with { Mask = mask }));
        Assert.Contains("48 inputs share a scale", error.Message);
        using var single = Products.Unstructured.Pack(device, Host(new float[192], 2, 96) with { Mask = mask });
        using var dense = Products.Dense.Pack(device, Host(new float[192], 2, 96));
        using var plan = Products.GroupsOfTwo.Plan(device, new MatMulShape(1, 96, 2));
        using var buffer = device.Allocate(1024);
        var (input, output) = (Tensor.Matrix(buffer, ElementType.Float32, 1, 96), Tensor.Matrix(buffer, ElementType.Float32, 1, 2, 96));
        Assert.Contains("groups of 1", Assert.Throws<KernelException>(() => plan.Run(input, single, output)).Message);
        Assert.Contains("reads groups of 2", Assert.Throws<KernelException>(() => plan.Run(input, dense, output)).Message);
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

        static void Refused(string part, Func<object> act) => Assert.Contains(part, Assert.Throws<KernelException>(act).Message);
    }

    [Fact]
    public void Largest_magnitudes_stay_where_no_mask_says_otherwise()
    {
        using var device = new CpuDevice(1);
        float[] w = [1, -4, 2, 3, 0, 0, 0, -1, 5, 5, 1, 1];
        using var weights = Products.OneOfFour.Pack(device, Host(w, 1, 12));
        GroupedProduct.Compare(device, Products.OneOfFour, [0, -4, 0, 0, 0, 0, 0, -1, 5, 0, 0, 0], null, weights, 1, new Random(2));
    }

    [Theory]
    [InlineData("1:4")]
    [InlineData("2:8")]
    [InlineData("5:12")]
    [InlineData("4:16")]
    public void The_earlier_of_equal_magnitudes_stay(string format)
    {
        using var device = new CpuDevice(1);
        var kernel = GroupedProduct.Formats[format].Kernel;
        var random = new Random(8);
        var (rows, inputs) = (19, kernel.Declaration.Of * 11);
        var w = RandomSparse.Weights(rows * inputs, random); // on a coarse grid, one in eight zero
        foreach (var type in new[] { ElementType.Float32, ElementType.BFloat16 })
        {
            using var weights = kernel.Pack(device, Host(w, rows, inputs), type);
            GroupedProduct.Compare(device, kernel, SemiStructuredOracle.Mask(w, inputs, kernel.Declaration.Kept, kernel.Declaration.Of), null, weights, 2, random);
        }
    }

    private static HostMatrix Host(float[] weights, int rows, int columns) => new(MemoryMarshal.AsBytes(weights.AsSpan()), ElementType.Float32, rows, columns);
}
