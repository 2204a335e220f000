using Kernels.Generators.Emission;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Gpu;

internal static class GpuMatMul
{
    /// <summary>Names of the program classes <see cref="Write"/> emits, in order of preference.</summary>
    public static IEnumerable<string> ProgramNames() => [];

    public static void Write(SourceWriter writer, MatMulSpec spec)
    {
    }
}
