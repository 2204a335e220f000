using CsCheck;
using Xunit;

namespace Kernels.Tests.Contraction;

public class DenseMatMulTests
{
    public static TheoryData<int> Widths { get; } = [.. new[] { 128, 256, 512 }.Where(bits => bits <= CpuDevice.WidestVectorBits)];

    private static readonly Gen<ElementType> Storage = Gen.OneOfConst(ElementType.Float32, ElementType.BFloat16, ElementType.Float16);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Random_shapes_agree_with_the_oracle(int vectorBits) =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 90], Gen.Int[1, 140], Storage, Gen.Bool, Gen.Int[0, 5], Gen.Int[1, 3])
            .Sample((rows, inputs, outputs, type, transposed, padding, threads) =>
                new ProductCase(rows, inputs, outputs, type, false, vectorBits, threads, transposed, padding).Check(), iter: 60, threads: 1);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Contractions_longer_than_a_block_resume_their_accumulators(int vectorBits)
    {
        new ProductCase(29, 1029, 165, VectorBits: vectorBits, Threads: 2).Check();
        new ProductCase(3, 1500, 165, VectorBits: vectorBits, Threads: 2).Check();
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void More_rows_than_a_chunk_are_taken_in_turn(int vectorBits) =>
        new ProductCase(600, 8192, 9, VectorBits: vectorBits, Threads: 2).Check();
}
