using Kernels.Testing.Ptx;
using Xunit;

namespace Kernels.Testing.Tests.Ptx.Instructions;

/// <summary>Sparse tensor-core products with random masks against fp64, metadata placed by the layouts of the PTX ISA, 9.7.14.6.</summary>
public sealed class SparseMatrixTests
{
    public static TheoryData<string, int, int, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int, string>();
            foreach (var type in new[] { "f16", "bf16" })
                foreach (var (depth, selectors) in new[] { (16, 4), (32, 2) })
                    for (var selector = 0; selector < selectors; selector++)
                    {
                        cases.Add(type, depth, selector, "sp::ordered_metadata");
                        cases.Add(type, depth, selector, "sp");
                    }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_sparse_product_agrees_with_the_dense_one(string type, int depth, int selector, string variant)
    {
        var random = new Random(100 * depth + selector);
        for (var round = 0; round < 3; round++)
        {
            var (stored, b) = (Operands.Draw(random, type, 16 * depth / 2), Operands.Draw(random, type, depth * 8));
            var columns = Columns(random, depth);
            var dense = new double[16 * depth];
            for (var row = 0; row < 16; row++)
                for (var i = 0; i < depth / 2; i++) dense[row * depth + columns[row, i]] = stored[row * depth / 2 + i];

            var input = Input(random, type, depth, selector, stored, b, columns);
            var d = Operands.Gather(Snippet.Run<uint, uint>(Body(type, depth, selector, variant), input, 128));
            for (var row = 0; row < 16; row++)
                for (var column = 0; column < 8; column++)
                {
                    var expected = 0.0;
                    for (var k = 0; k < depth; k++) expected += dense[row * depth + k] * b[k * 8 + column];
                    Assert.Equal(expected, BitConverter.UInt32BitsToSingle(d[row * 8 + column]), 1e-5);
                }
        }
    }

    [Theory]
    [InlineData(0x0)] // both elements in column 0
    [InlineData(0x5)] // both in column 1
    [InlineData(0x1)] // columns 1 and 0
    public void Metadata_that_names_no_two_ascending_columns_is_refused(uint nibble)
    {
        var input = new uint[32 * 12];
        for (var lane = 0; lane < 32; lane++) input[12 * lane + 8] = 0x44444440 | nibble;
        var error = Assert.Throws<PtxException>(() => Snippet.Run<uint, uint>(Body("f16", 32, 0, "sp"), input, 128));
        Assert.Contains("two ascending columns", error.Message);
    }

    [Fact]
    public void An_infinity_of_B_meets_only_the_columns_that_are_stored()
    {
        // Column 3 of A is zero everywhere; a dense product would turn row 3 of B into NaN.
        var (stored, b) = (Enumerable.Repeat(1.0, 128).ToArray(), Enumerable.Repeat(1.0, 128).ToArray());
        for (var column = 0; column < 8; column++) b[3 * 8 + column] = double.PositiveInfinity;
        var columns = new int[16, 8];
        for (var row = 0; row < 16; row++)
            for (var i = 0; i < 8; i++) columns[row, i] = i / 2 * 4 + i % 2;
        var d = Snippet.Run<uint, uint>(Body("f16", 16, 0, "sp"), Input(new Random(1), "f16", 16, 0, stored, b, columns), 128);
        Assert.All(d, bits => Assert.Equal(8f, BitConverter.UInt32BitsToSingle(bits)));
    }

    private static int[,] Columns(Random random, int depth)
    {
        int[][] pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];
        var columns = new int[16, depth / 2];
        for (var row = 0; row < 16; row++)
            for (var chunk = 0; chunk < depth / 4; chunk++)
            {
                var pair = pairs[random.Next(pairs.Length)];
                (columns[row, 2 * chunk], columns[row, 2 * chunk + 1]) = (4 * chunk + pair[0], 4 * chunk + pair[1]);
            }

        return columns;
    }

    // Twelve words a lane: A, B, metadata. Lanes whose metadata is not selected hold noise.
    private static uint[] Input(Random random, string type, int depth, int selector, double[] stored, double[] b, int[,] columns)
    {
        var input = new uint[32 * 12];
        for (var lane = 0; lane < 32; lane++)
        {
            var (g, t) = (lane / 4, lane % 4);
            for (var r = 0; r < depth / 8; r++)
            {
                input[12 * lane + r] = Operands.Register(
                    type, Enumerable.Range(0, 2).Select(i => stored[(g + 8 * (r % 2)) * depth / 2 + 8 * (r / 2) + 2 * t + i]));
                input[12 * lane + 4 + r] = Operands.Register(type, Enumerable.Range(0, 2).Select(i => b[(8 * r + 2 * t + i) * 8 + g]));
            }

            input[12 * lane + 8] = (uint)random.NextInt64(1L << 32);
        }

        for (var row = 0; row < 16; row++)
            for (var word = 0; word < depth / 16; word++)
            {
                var lane = 4 * (row % 8) + (depth == 16 ? selector : 2 * selector + word);
                var half = 0u;
                for (var i = 0; i < 8; i++) half |= (uint)(columns[row, 8 * word + i] % 4) << 2 * i;
                input[12 * lane + 8] = row < 8 ? input[12 * lane + 8] & 0xFFFF0000 | half : input[12 * lane + 8] & 0xFFFF | half << 16;
            }

        return input;
    }

    private static string Body(string type, int depth, int selector, string variant)
    {
        var (left, right) = depth == 16 ? ("r0, r1", "r4, r5") : ("r0, r1, r2, r3", "r4, r5, r6, r7");
        return $$"""
            mul.wide.u32 l0, tid, 48; add.u64 in, in, l0; mul.wide.u32 l1, tid, 16; add.u64 out, out, l1;
            ld.global.v4.b32 {r0, r1, r2, r3}, [in];
            ld.global.v4.b32 {r4, r5, r6, r7}, [in+16];
            ld.global.b32 r8, [in+32];
            mov.f32 f0, 0f00000000; mov.f32 f1, 0f00000000; mov.f32 f2, 0f00000000; mov.f32 f3, 0f00000000;
            mma.{{variant}}.sync.aligned.m16n8k{{depth}}.row.col.f32.{{type}}.{{type}}.f32
                {f0, f1, f2, f3}, { {{left}} }, { {{right}} }, {f0, f1, f2, f3}, r8, {{selector}};
            st.global.v4.f32 [out], {f0, f1, f2, f3};
            """;
    }
}
