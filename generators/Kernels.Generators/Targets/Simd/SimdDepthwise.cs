using Kernels.Generators.Emission;
using Kernels.Generators.Skeletons;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Simd;

/// <summary>The SIMD programs of a depthwise convolution, one for each vector width.</summary>
internal static class SimdDepthwise
{
    /// <summary>Names of the program classes <see cref="Write"/> emits, in order of preference.</summary>
    public static IEnumerable<string> ProgramNames() => VectorWidth.All.Select(Name);

    public static void Write(SourceWriter writer, DepthwiseSpec spec)
    {
        foreach (var width in VectorWidth.All)
            using (writer.Open($"private sealed class {Name(width)}() : global::Kernels.CpuDepthwiseProgram({width.Bits})"))
                new DepthwiseSkeleton(writer, new SimdGroupTile(width, spec.Epilogue), spec.Window).Write();
    }

    private static string Name(VectorWidth width) => $"Simd{width.Bits}";
}
