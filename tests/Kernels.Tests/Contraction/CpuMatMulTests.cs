using CsCheck;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Contraction;

public class CpuMatMulTests
{
    public static TheoryData<bool, int> Programs { get; } =
        [.. from sparse in new[] { false, true } from bits in new[] { 128, 256, 512 } select (sparse, bits)];

    private static readonly Gen<ElementType> Storage = 
        Gen.OneOfConst(ElementType.Float32, ElementType.BFloat16, ElementType.Float16, ElementType.Int8, ElementType.Int4);

    [Theory]
    [MemberData(nameof(Programs))]
    public void Random_shapes_agree_with_the_oracle(bool sparse, int vectorBits) =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 90], Gen.Int[1, 140], Storage, Gen.Bool, Gen.Int[0, 5], Gen.Int[1, 3])
            .Sample((rows, inputs, outputs, type, transposed, padding, threads) =>
                new ProductCase(rows, Whole(inputs, sparse), outputs, type, sparse, vectorBits, threads, transposed, padding).Check(),
                iter: 60, threads: 1);

    [Theory]
    [MemberData(nameof(Programs))]
    public void Contractions_longer_than_a_block_resume_their_accumulators(bool sparse, int vectorBits)
    {
        new ProductCase(29, Whole(1029, sparse), 165, Sparse: sparse, VectorBits: vectorBits, Threads: 2).Check();
        new ProductCase(3, 1500, 165, Sparse: sparse, VectorBits: vectorBits, Threads: 2).Check();
        foreach (var type in new[] { ElementType.Int8, ElementType.Int4 })
            foreach (var rows in new[] { 1, 3, 29 })
                new ProductCase(rows, Whole(1029, sparse), 165, type, sparse, vectorBits, Threads: 2, Transposed: rows == 3).Check();
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void More_rows_than_a_chunk_are_taken_in_turn(bool sparse, int vectorBits) =>
        new ProductCase(600, 8192, 9, Sparse: sparse, VectorBits: vectorBits, Threads: 2).Check();

    [Theory]
    [MemberData(nameof(Programs))]
    public void Threads_change_no_bit(bool sparse, int vectorBits)
    {
        var problem = new ProductCase(600, 520, 300, Sparse: sparse);
        var (x, w) = (problem.Activations(), problem.Weights());
        Assert.Equal(Run(1), Run(3));

        float[] Run(int threads)
        {
            using var device = CpuDevice.Emulating(threads, vectorBits);
            return problem.Run(device, x, w);
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Epilogues_finish_every_output_once(bool sparse, int vectorBits)
    {
        var (silu, leak) = sparse ? (Products.TwoOfFourSilu, Products.TwoOfFourLeak) : (Products.DenseSilu, Products.DenseLeak);
        foreach (var rows in new[] { 1, 2, 3, 4, 5, 12, 29 })
        {
            var problem = new ProductCase(rows, 44, 77, Sparse: sparse, VectorBits: vectorBits, Threads: 2, Padding: 3);
            (problem with { Kernel = silu, Epilogue = x => x / (1 + Math.Exp(-x)) }).Check();
            (problem with { Kernel = leak, Epilogue = Leak }).Check();
        }

        (new ProductCase(29, 1032, 165, Sparse: sparse, VectorBits: vectorBits) { Kernel = leak, Epilogue = Leak }).Check();
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Integers_keep_their_scales_and_masks_their_zeros(bool sparse, int vectorBits)
    {
        using var device = CpuDevice.Emulating(1, vectorBits);
        foreach (var (type, group) in new[] { (ElementType.Int8, 32), (ElementType.Int8, 96), (ElementType.Int4, 64), (ElementType.Int4, 132), (ElementType.BFloat16, 48) })
            foreach (var rows in new[] { 1, 2, 9 })
                new QuantizedCase(rows, 132, 37, type, group, sparse).Check(device);
    }

    [Fact]
    public void Integers_and_masks_that_do_not_fit_are_refused_before_packing()
    {
        using var device = new CpuDevice(1);
        var codes = new sbyte[2 * 64];
        codes[70] = 8;
        Assert.Contains("the integer 8 at [1, 6]", Refused(() => Products.Dense.Pack(device, HostMatrix.Quantized(codes, 2, 64, new float[4], 32), ElementType.Int4)));
        Assert.Contains("every 36 inputs", Refused(() => Products.Dense.Pack(device, HostMatrix.Quantized(codes, 2, 64, new float[4], 36))));
        Assert.Throws<ArgumentException>(() => HostMatrix.Quantized(codes, 2, 64, new float[3], 32));
        var keep = Enumerable.Range(0, 128).Select(i => i % 4 < 2 || i == 103).ToArray();
        Assert.Contains("3 kept weights in row 1, columns 36 to 39", Refused(() => Products.TwoOfFour.Pack(
            device, HostMatrix.Quantized(codes, 2, 64, new float[4], 32) with { Mask = new WeightMask(2, 64, keep) })));
        Assert.Contains("matrix is [2, 64]", Refused(() => Products.Dense.Pack(
            device, HostMatrix.Quantized(codes, 2, 64, new float[4], 32) with { Mask = WeightMask.Full(2, 32) })));
    }

    private static string Refused(Func<object> pack) => Assert.Throws<KernelException>(pack).Message;

    private static double Leak(double x) => 1 + (x < 0 ? x / 16 : x);

    /// <summary>Inputs that the format accepts.</summary>
    private static int Whole(int inputs, bool sparse) => sparse ? (inputs + 3) / 4 * 4 : inputs;
}
