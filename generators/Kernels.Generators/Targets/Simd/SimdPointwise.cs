using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Simd;

/// <summary>The SIMD programs of a pointwise convolution, one for each vector width.</summary>
internal static class SimdPointwise
{
    /// <summary>Most vectors across a tile: more save no loads that matter.</summary>
    private const int MostVectors = 8;

    /// <summary>Names of the program classes <see cref="Write"/> emits, in order of preference.</summary>
    public static IEnumerable<string> ProgramNames() => VectorWidth.All.Select(Name);

    public static void Write(SourceWriter writer, PointwiseSpec spec)
    {
        foreach (var width in VectorWidth.All)
        {
            var vectors = TileVectors(width, spec.GroupRows);
            using (writer.Open($"private sealed class {Name(width)}() : global::Kernels.CpuPointwiseProgram({width.Bits}, {vectors})"))
            {
                using (writer.Open("public override void Run(int vectors, float* x, long inputStride, int* offsets, int first, int end, int* columns, float* values, float* y, long outputStride)"))
                using (writer.Open("switch (vectors)"))
                    for (var count = 1; count <= vectors; count++)
                        writer.Line($"case {count}: Tile{count}(x, inputStride, offsets, first, end, columns, values, y, outputStride); break;");
                writer.Line();
                for (var count = 1; count <= vectors; count++) GroupSkeleton.WriteTile(writer, new SimdGroupTile(width), $"Tile{count}", spec.GroupRows, count);
            }
        }
    }

    // Accumulators, a broadcast and the pixels' vectors fit the register file: 32 registers of 512 bits, else 16.
    private static int TileVectors(VectorWidth width, int rows)
    {
        var registers = width.Bits == 512 ? 32 : 16;
        var vectors = 1;
        while (vectors < MostVectors && rows * (vectors + 1) + (rows > 1 ? vectors + 1 : 0) + 1 <= registers) vectors++;
        return vectors;
    }

    private static string Name(VectorWidth width) => $"Simd{width.Bits}";
}
