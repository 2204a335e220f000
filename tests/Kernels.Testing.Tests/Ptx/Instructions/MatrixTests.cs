using System.Globalization;
using Xunit;

namespace Kernels.Testing.Tests.Ptx.Instructions;

/// <summary>Tensor-core products against fp64, operands placed by the layouts of the PTX ISA, 9.7.14.5.</summary>
public sealed class MatrixTests
{
    public static TheoryData<string, int> Floats => new() { { "f16", 8 }, { "f16", 16 }, { "bf16", 8 }, { "bf16", 16 }, { "tf32", 4 }, { "tf32", 8 } };

    public static TheoryData<string, int> Integers => new() { { "s8", 16 }, { "s8", 32 }, { "u8", 16 }, { "u8", 32 } };

    [Theory, MemberData(nameof(Floats))]
    public void A_dense_product_of_floats_agrees_with_fp64(string type, int depth)
    {
        var random = new Random(depth);
        for (var round = 0; round < 4; round++)
        {
            var (a, b, c) = (Operands.Draw(random, type, 16 * depth), Operands.Draw(random, type, depth * 8), Operands.Draw(random, "f32", 128));
            var d = Multiply(type, depth, "f32", a, b, [.. c.Select(value => BitConverter.SingleToUInt32Bits((float)value))]);
            for (var row = 0; row < 16; row++)
                for (var column = 0; column < 8; column++)
                {
                    var expected = c[row * 8 + column];
                    for (var k = 0; k < depth; k++) expected += a[row * depth + k] * b[k * 8 + column];
                    Assert.Equal(expected, BitConverter.UInt32BitsToSingle(d[row * 8 + column]), 1e-5);
                }
        }
    }

    [Theory, MemberData(nameof(Integers))]
    public void A_dense_product_of_bytes_is_exact(string type, int depth)
    {
        var random = new Random(depth);
        var (a, b) = (Operands.Draw(random, type, 16 * depth), Operands.Draw(random, type, depth * 8));
        var c = Enumerable.Range(0, 128).Select(_ => random.Next(int.MinValue / 2, int.MaxValue / 2)).ToArray();
        var d = Multiply(type, depth, "s32", a, b, [.. c.Select(value => (uint)value)]);
        for (var row = 0; row < 16; row++)
            for (var column = 0; column < 8; column++)
            {
                var expected = c[row * 8 + column];
                for (var k = 0; k < depth; k++) expected += (int)(a[row * depth + k] * b[k * 8 + column]);
                Assert.Equal(expected, (int)d[row * 8 + column]);
            }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(4, true)]
    public void Ldmatrix_hands_each_lane_its_pair_of_elements(int count, bool transpose)
    {
        // Row r of matrix m stands at 80-byte steps, its elements numbered 256 m + 16 r + column.
        var input = new ushort[4 * 8 * 40];
        for (var matrix = 0; matrix < 4; matrix++)
            for (var row = 0; row < 8; row++)
                for (var column = 0; column < 8; column++) input[(8 * matrix + row) * 40 + column] = (ushort)(256 * matrix + 16 * row + column);
        var registers = string.Join(", ", Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"r{i}")));
        var stores = string.Concat(
            Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"st.global.b32 [out+{4 * (i - 1)}], r{i}; ")));
        var output = Snippet.Run<ushort, ushort>($$"""
            .shared .align 16 .b8 tile[2560];
            mul.lo.u32 r0, tid, 80;
            cvt.u64.u32 l0, r0;
            add.u64 in, in, l0;
            mov.u32 r5, tile;
            add.u32 r5, r5, r0;
            ld.global.v4.b32 {r6, r7, r8, r9}, [in];
            st.shared.v4.b32 [r5], {r6, r7, r8, r9};
            bar.sync 0;
            ldmatrix.sync.aligned.m8n8.x{{count}}{{(transpose ? ".trans" : "")}}.shared.b16 { {{registers}} }, [r5];
            mul.wide.u32 l1, tid, 16;
            add.u64 out, out, l1;
            {{stores}}
            """, input, 8 * 32);
        for (var lane = 0; lane < 32; lane++)
            for (var matrix = 0; matrix < count; matrix++)
                for (var i = 0; i < 2; i++)
                {
                    var (row, column) = (lane / 4, 2 * (lane % 4) + i);
                    Assert.Equal(256 * matrix + (transpose ? 16 * column + row : 16 * row + column), output[8 * lane + 2 * matrix + i]);
                }
    }

    private static uint[] Multiply(string type, int depth, string accumulator, double[] a, double[] b, uint[] c)
    {
        // Elements share a register along k; register r of A: row + 8 (r odd), k + half of the depth (r ≥ 2).
        var (perRegister, count) = (4 / Operands.Bytes(type), depth * Operands.Bytes(type) / 16);
        var input = new uint[32 * 16];
        for (var lane = 0; lane < 32; lane++)
        {
            var (g, t) = (lane / 4, lane % 4);
            for (var r = 0; r < 2 * count; r++)
                input[16 * lane + r] = Operands.Register(
                    type, Enumerable.Range(0, perRegister).Select(i => a[(g + 8 * (r % 2)) * depth + perRegister * (t + 4 * (r / 2)) + i]));
            for (var r = 0; r < count; r++)
                input[16 * lane + 4 + r] = Operands.Register(type, Enumerable.Range(0, perRegister).Select(i => b[(perRegister * (t + 4 * r) + i) * 8 + g]));
            for (var i = 0; i < 4; i++) input[16 * lane + 8 + i] = c[(g + 8 * (i / 2)) * 8 + 2 * t + i % 2];
        }

        var (left, right) = (string.Join(", ", new[] { "r0", "r1", "r2", "r3" }[..(2 * count)]), string.Join(", ", new[] { "r4", "r5" }[..count]));
        var output = Snippet.Run<uint, uint>($$"""
            mul.wide.u32 l0, tid, 64; add.u64 in, in, l0; mul.wide.u32 l1, tid, 16; add.u64 out, out, l1;
            ld.global.v4.b32 {r0, r1, r2, r3}, [in];
            ld.global.v4.b32 {r4, r5, r6, r7}, [in+16];
            ld.global.v4.b32 {r8, r9, r10, r11}, [in+32];
            mma.sync.aligned.m16n8k{{depth}}.row.col.{{accumulator}}.{{type}}.{{type}}.{{accumulator}}
                {r8, r9, r10, r11}, { {{left}} }, { {{right}} }, {r8, r9, r10, r11};
            st.global.v4.b32 [out], {r8, r9, r10, r11};
            """, input, 128);
        return Operands.Gather(output);
    }
}
