using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Simd;

/// <summary>The SIMD programs of a convolution, one for each vector width.</summary>
internal static class SimdConvolution
{
    // Outputs of a register tile; larger groups are several tiles that walk the same inputs.
    private const int MostRows = 4;

    // Wider tiles spread their panels over more cache than their fewer loads save; of one output they save no loads of pixels.
    private const int MostVectors = 6, MostVectorsOfOne = 4;

    // A multiply-add takes four cycles, and two start in each.
    private const int MostChains = 4;

    /// <summary>Names of the program classes <see cref="Write"/> emits, in order of preference.</summary>
    public static IEnumerable<string> ProgramNames() => VectorWidth.All.Select(Name);

    /// <param name="writer">Where to write.</param>
    /// <param name="spec">The convolution.</param>
    /// <param name="dense">The generated class that holds its dense tiles.</param>
    public static void Write(SourceWriter writer, ConvolutionSpec spec, string dense)
    {
        var rows = Math.Min(spec.GroupRows, MostRows);
        foreach (var width in VectorWidth.All)
        {
            var vectors = TileVectors(width, rows);
            using (writer.Open($"private sealed class {Name(width)}() : global::Kernels.CpuConvolutionProgram({width.Bits}, {rows}, {vectors}, new global::Kernels.Generated.{dense}.{SimdDenseConvolution.Name(width)}())"))
            {
                using (writer.Open($"public override void Run<TRows>(int vectors, {GroupSkeleton.Strip}* strip)"))
                using (writer.Open("switch (vectors)"))
                    for (var count = 1; count <= vectors; count++) writer.Line($"case {count}: Tile{count}<TRows>(strip); break;");
                writer.Line();
                for (var count = 1; count <= vectors; count++) GroupSkeleton.WriteTile(writer, new SimdGroupTile(width, spec.Epilogue), $"Tile{count}", rows, count, Chains(width, rows * count));
            }
        }
    }

    // Partial sums of each output, a power of two: all of them fit three quarters of the registers.
    private static int Chains(VectorWidth width, int sums)
    {
        var chains = 1;
        while (chains < MostChains && 2 * chains * sums <= Registers(width) * 3 / 4) chains *= 2;
        return chains;
    }

    // Accumulators, a column or a row of operands and one more fit the register file.
    private static int TileVectors(VectorWidth width, int rows)
    {
        var vectors = 1;
        while (vectors < (rows == 1 ? MostVectorsOfOne : MostVectors) && rows * (vectors + 1) + Math.Min(rows, vectors + 1) + 1 <= Registers(width)) vectors++;
        return vectors;
    }

    private static int Registers(VectorWidth width) => width.Bits == 512 ? 32 : 16;

    private static string Name(VectorWidth width) => $"Simd{width.Bits}";
}
