using Kernels.Testing.Ptx;
using Xunit;

namespace Kernels.Testing.Tests.Ptx.Ilgpu;

/// <summary>What ILGPU compiles for NVIDIA GPUs computes what the same code computes in C#.</summary>
public sealed class IlgpuKernelTests : IDisposable
{
    private readonly PtxMachine _machine = new();

    [Fact]
    public void A_reduction_through_shared_memory()
    {
        var values = Enumerable.Range(0, 150).Select(i => i * 0.25f).ToArray();
        using var input = _machine.Allocate<float>(values);
        using var output = _machine.Allocate<float>(new float[3]);
        Launch(SampleKernels.Reduce, 3, 64, 0, input.View, output.View, 150);
        Assert.Equal([values[..64].Sum(), values[64..128].Sum(), values[128..].Sum()], output.Span.ToArray());
    }

    [Fact]
    public void A_tiled_product_with_ragged_edges()
    {
        var random = new Random(1);
        const int Rows = 19, Columns = 13, Depth = 21;
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(-8, 9) / 4f)];
        var (a, b) = (Draw(Rows * Depth), Draw(Depth * Columns));
        using var left = _machine.Allocate<float>(a);
        using var right = _machine.Allocate<float>(b);
        using var output = _machine.Allocate<float>(new float[Rows * Columns]);
        Launch(SampleKernels.Multiply, new(2, 3), new(SampleKernels.Tile, SampleKernels.Tile), 0, left.View, right.View, output.View, Rows, Columns, Depth);
        for (var row = 0; row < Rows; row++)
            for (var column = 0; column < Columns; column++)
                Assert.Equal(Enumerable.Range(0, Depth).Sum(k => (double)a[row * Depth + k] * b[k * Columns + column]), output.Span[row * Columns + column]);
    }

    [Fact]
    public void A_mask_with_early_returns()
    {
        var flags = Enumerable.Range(0, 70).Select(i => i % 3).ToArray();
        using var mask = _machine.Allocate<int>(flags);
        using var values = _machine.Allocate<float>(Enumerable.Range(0, 70).Select(i => (float)(i * i)).ToArray());
        Launch(SampleKernels.Masked, 3, 32, 0, mask.View, values.View);
        for (var i = 0; i < 70; i++) Assert.Equal(flags[i] == 0 ? i * i : 2 * i + flags[i], values.Span[i]);
    }

    [Fact]
    public void Structures_in_memory_and_as_arguments()
    {
        var other = new SampleKernels.Pair { A = 3, B = 0.5f, C = 1L << 40, N = new() { X = -7, Y = 250, Z = 1.5 } };
        var pairs = Enumerable.Range(0, 40)
            .Select(i => new SampleKernels.Pair { A = i, B = i, C = -i, N = new() { X = (short)(-i), Y = (byte)(3 * i), Z = i / 8.0 } }).ToArray();
        using var memory = _machine.Allocate<SampleKernels.Pair>(pairs);
        using var sums = _machine.Allocate<double>(new double[40]);
        Launch(SampleKernels.Structures, 2, 20, 0, memory.View, PtxArgument.Of(other), sums.View);
        for (var i = 0; i < 40; i++)
        {
            var (before, after) = (pairs[i], memory.Span[i]);
            Assert.Equal((before.A + 3, before.B * 0.5f, before.C - (1L << 40)), (after.A, after.B, after.C));
            Assert.Equal(((short)(before.N.X - 7), (byte)(before.N.Y + 250), before.N.Z * 1.5), (after.N.X, after.N.Y, after.N.Z));
            Assert.Equal(after.N.Z + after.A + after.B, sums.Span[i]);
        }
    }

    [Fact]
    public void A_structure_that_holds_views()
    {
        using var values = _machine.Allocate(1f, 2f, 3f, 4f);
        using var added = _machine.Allocate<ushort>(10, 20, 65535, 40);
        var parameters = new Fields { X = values.Address, XLength = 4, Length = 3, Factor = 2.5f, Flag = 1, Added = added.Address, AddedLength = 4 };
        Launch(SampleKernels.StructureOfViews, 1, 4, 0, PtxArgument.Of(parameters));
        Assert.Equal([12.5f, 25f, 65542.5f, 4f], values.Span.ToArray());
    }

    [Fact]
    public void Vectors_of_four()
    {
        using var input = _machine.Allocate<float>(Enumerable.Range(0, 32).Select(i => (float)i).ToArray());
        using var output = _machine.Allocate<float>(new float[32]);
        Launch(SampleKernels.Vectors, 1, 8, 0, input.View, output.View);
        for (var i = 0; i < 32; i += 4) Assert.Equal([i + 3f, i + 1f, i + 2f, 2f * i], output.Span[i..(i + 4)].ToArray());
    }

    [Fact]
    public void Functions_of_the_mathematics_library()
    {
        var values = Enumerable.Range(1, 40).Select(i => i * 0.173f).ToArray();
        using var input = _machine.Allocate<float>(values);
        using var output = _machine.Allocate<float>(new float[640]);
        Launch(SampleKernels.Functions, 2, 20, 0, input.View, output.View);
        for (var i = 0; i < values.Length; i++)
        {
            double v = values[i];
            double[] expected =
            [
                Math.Exp(v), Math.Log(v), Math.Sin(v), Math.Cos(v), Math.Tanh(v), Math.Pow(v, 1.5), Math.Max(v, 1), Math.Min(v, 2), v, Math.Floor(v),
                Math.Ceiling(v), 1 / Math.Sqrt(v), v / 3.7f, v % 1.25, Math.Exp(v), 0,
            ];
            for (var f = 0; f < 16; f++)
            {
                var actual = output.Span[16 * i + f];
                Assert.True(Math.Abs(expected[f] - actual) <= 2e-6 * Math.Max(1, Math.Abs(expected[f])), $"function {f} of {v}: {actual} for {expected[f]}");
            }
        }
    }

    [Fact]
    public void Conversions_between_integers_and_floats()
    {
        var random = new Random(5);
        var a = Enumerable.Range(0, 64).Select(_ => (sbyte)random.Next(-128, 128)).ToArray();
        var b = Enumerable.Range(0, 64).Select(_ => (ushort)random.Next(65536)).ToArray();
        var c = Enumerable.Range(0, 64).Select(_ => random.NextInt64()).ToArray();
        var d = Enumerable.Range(0, 64).Select(_ => random.NextDouble() * 255).ToArray();
        using var first = _machine.Allocate<sbyte>(a);
        using var second = _machine.Allocate<ushort>(b);
        using var third = _machine.Allocate<long>(c);
        using var fourth = _machine.Allocate<double>(d);
        Launch(SampleKernels.Conversions, 1, 64, 0, first.View, second.View, third.View, fourth.View);
        for (var i = 0; i < 64; i++)
        {
            var word = a[i] * b[i];
            var wide = ((long)word * (uint)word) ^ ((long)word << 5) ^ (long)((ulong)c[i] >> 7);
            var real = (double)(float)wide + (uint)word % 7 + word / 5 + (byte)d[i];
            Assert.Equal((wide, real), (third.Span[i], fourth.Span[i]));
            Assert.Equal(((sbyte)(word >> 3), (ushort)(BitConverter.SingleToInt32Bits((float)real) >> 16)), (first.Span[i], second.Span[i]));
        }
    }

    [Fact]
    public void Arrays_in_local_memory()
    {
        using var values = _machine.Allocate<int>(Enumerable.Range(0, 50).ToArray());
        Launch(SampleKernels.LocalArray, 1, 50, 0, values.View);
        for (var x = 0; x < 50; x++)
            Assert.Equal(Enumerable.Range(0, 8).Sum(j => (x + ((j * 3 + x) & 7) * ((j * 3 + x) & 7)) << j), values.Span[x]);
    }

    [Fact]
    public void A_switch()
    {
        using var values = _machine.Allocate<int>(Enumerable.Range(-3, 40).ToArray());
        Launch(SampleKernels.Cases, 1, 40, 0, values.View);
        Assert.Equal(Enumerable.Range(-3, 40).Select(SampleKernels.Case), values.Span.ToArray());
    }

    [Fact]
    public void Dynamic_shared_memory_beside_static()
    {
        using var values = _machine.Allocate<float>(Enumerable.Range(0, 64).Select(i => (float)i).ToArray());
        Launch(SampleKernels.DynamicShared, 1, 64, 256, values.View);
        for (var i = 0; i < 64; i++) Assert.Equal((i & ~3) + 1 + (i ^ 5) * 3, values.Span[i]);
    }

    [Fact]
    public void Inline_PTX_with_registers_of_its_own()
    {
        using var input = _machine.Allocate(1f, 2f, 3f, 4f);
        using var output = _machine.Allocate<float>(new float[4]);
        Launch(SampleKernels.InlinePtx, 1, 4, 0, input.View, output.View, 4);
        Assert.Equal([98f, 98f, 49f, 49f], output.Span.ToArray());
    }

    [Fact]
    public void Every_barrier_that_is_left_out_of_a_reduction_is_missed()
    {
        using var input = _machine.Allocate<float>(new float[64]);
        using var output = _machine.Allocate<float>(new float[1]);
        var text = Compile(SampleKernels.Reduce, 64);
        Launch(text, 1, 64, 0, input.View, output.View, 64);
        const string Barrier = "bar.sync\t0;";
        for (var at = text.IndexOf(Barrier, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Barrier, at + 1, StringComparison.Ordinal))
        {
            var error = Assert.Throws<PtxException>(() => Launch(text.Remove(at, Barrier.Length), 1, 64, 0, input.View, output.View, 64));
            Assert.Matches("in a race|no thread has written it", error.Message);
        }
    }

    [Fact]
    public void A_view_that_claims_more_than_its_buffer_is_found_out()
    {
        using var mask = _machine.Allocate<int>(Enumerable.Repeat(1, 32).ToArray());
        using var values = _machine.Allocate<float>(new float[32]);
        var error = Assert.Throws<PtxException>(() => Launch(SampleKernels.Masked, 2, 32, 0, PtxArgument.Of((mask.Address, 33L)), values.View));
        Assert.Contains("outside every allocation", error.Message);
        Assert.Contains("group (1, 0, 0) of (2, 1, 1), thread 0 of 32", error.Message);
    }

    public void Dispose() => _machine.Dispose();

    private void Launch(Delegate kernel, Extent grid, Extent group, int sharedBytes, params ReadOnlySpan<PtxArgument> arguments) =>
        Launch(Compile(kernel, group.Count), grid, group, sharedBytes, arguments);

    private void Launch(string text, Extent grid, Extent group, int sharedBytes, params ReadOnlySpan<PtxArgument> arguments)
    {
        var module = PtxModule.Parse(text);
        _machine.Launch(module, Assert.Single(module.Entries), grid, group, sharedBytes, arguments);
    }

    private static string Compile(Delegate kernel, int threads) => PtxCompiler.Compile(new GpuKernelSource(kernel.Method.Name, kernel, threads, 0));

    private struct Fields
    {
        public ulong X;
        public long XLength;
        public int Length;
        public float Factor;
        public byte Flag;
        public ulong Added;
        public long AddedLength;
    }
}
