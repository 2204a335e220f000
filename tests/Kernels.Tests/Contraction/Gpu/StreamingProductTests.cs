using System.Text.RegularExpressions;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Contraction.Gpu;

/// <summary>Products of a few rows on NVIDIA GPUs without tensor cores: what they compile to. Their results are tested with all products'.</summary>
public sealed class StreamingProductTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weights_are_loaded_16_bytes_at_a_time(bool sparse)
    {
        foreach (var source in Streams(sparse ? Products.TwoOfFour : Products.Dense))
        {
            // Integers are scaled, and four outputs of them are one word or half of it.
            if (source.Name.Contains(nameof(ElementType.Int8)) || source.Name.Contains(nameof(ElementType.Int4))) continue;

            // A step together with others in the loop, and one alone in its rest. fp32 takes two loads, and so do the two slots and the
            // two quads of positions of 2:4.
            var values = source.Name.Contains(nameof(ElementType.Float32)) ? 2 : 1;
            var together = (sparse, source.Name.Contains("one row")) switch { (false, true) => 4, (false, false) => 2, (true, true) => 2, _ => 0 };
            var step = sparse ? 2 * values + 2 : values;
            var ptx = PtxCompiler.Compile(source);
            Assert.Equal((together + 1) * step, Regex.Count(ptx, @"ld\.(global\.)?v4\."));
            Assert.DoesNotContain("mma.", ptx);

            // The rest are a bias and an operand, once, and activations: one for each row and step, or, of 2:4, the four of a group or the
            // sixteen that one row's places name.
            var rows = source.Name.Contains("one row") ? 1 : source.Name.Contains("four rows") ? 4 : 8;
            var activations = sparse ? rows == 1 ? 16 : 4 * rows : rows;
            Assert.Equal((together + 1) * activations + 2, Regex.Count(ptx, @"ld\.(global\.)?[bf]32"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weights_used_transposed_are_loaded_so_too_and_activations_once(bool sparse)
    {
        foreach (var source in Streams(sparse ? Products.TwoOfFour : Products.Dense, isTransposed: true))
        {
            if (source.Name.Contains(nameof(ElementType.Int8)) || source.Name.Contains(nameof(ElementType.Int4))) continue;

            // Eight outputs of four inputs: four rows of a panel, or two and their places. Eight activations are staged by each thread.
            var values = source.Name.Contains(nameof(ElementType.Float32)) ? 2 : 1;
            var ptx = PtxCompiler.Compile(source);
            Assert.Equal(sparse ? 2 * values + 2 : 4 * values, Regex.Count(ptx, @"ld\.(global\.)?v4\."));
            Assert.Equal(8 + 2, Regex.Count(ptx, @"ld\.(global\.)?[bf]32")); // and a bias and an operand
        }
    }

    private static IEnumerable<GpuKernelSource> Streams(MatMulKernel kernel, bool isTransposed = false) =>
        kernel.GpuSources(GpuLowering.Cuda).Where(source => source.Name.Contains(" row") && source.Name.Contains("transposed") == isTransposed);
}
