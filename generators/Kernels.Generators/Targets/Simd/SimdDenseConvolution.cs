using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Simd;

/// <summary>The register tiles of a convolution that keeps every weight, one class for each vector width; the window and the groups do not matter.</summary>
internal static class SimdDenseConvolution
{
    /// <summary>Name of the class of a width.</summary>
    public static string Name(VectorWidth width) => $"Simd{width.Bits}";

    public static void Write(SourceWriter writer, UserMethodSpec? epilogue)
    {
        foreach (var width in VectorWidth.All)
            using (writer.Open($"internal sealed class {Name(width)}() : global::Kernels.CpuDenseTiles({width.TileRows}, {width.Panel})"))
            {
                using (writer.Open($"public override void Tile(int rows, {DenseSkeleton.Parameters})"))
                {
                    writer.Line($"if (rows == {width.TileRows}) Tile{width.TileRows}(values, panel, steps, start, startStride, output, stride, next, nextStep);");
                    writer.Line($"else Tile{width.TileRows - 1}(values, panel, steps, start, startStride, output, stride, next, nextStep);");
                }

                writer.Line();
                foreach (var rows in new[] { width.TileRows, width.TileRows - 1 })
                    DenseSkeleton.WriteTile(writer, new SimdGroupTile(width, epilogue), $"Tile{rows}", rows, width.TileVectors);
            }
    }
}
