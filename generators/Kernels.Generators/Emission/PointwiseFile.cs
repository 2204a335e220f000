using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of a pointwise convolution.</summary>
internal static class PointwiseFile
{
    /// <summary>The programs of every target.</summary>
    public static IReadOnlyList<ProgramSet> Programs(PointwiseSpec spec) =>
    [
        ProgramSet.Write("SimdPointwise", "global::Kernels.CpuPointwiseProgram", SimdPointwise.ProgramNames(), writer => SimdPointwise.Write(writer, spec)),
    ];

    /// <summary>Writes the kernel's field and what its declaration refers to.</summary>
    public static void Write(SourceWriter writer, PointwiseSpec spec, IReadOnlyList<ProgramSet> programs)
    {
        writer.Line("internal static readonly global::Kernels.PointwiseKernel Kernel = new(");
        writer.Line("    new global::Kernels.PointwiseDeclaration");
        writer.Line("    {");
        writer.Line($"        Name = \"{spec.Host.TypeName}.{spec.Host.PropertyName}\", Hash = \"{KernelFile.Hash(spec)}\", GroupRows = {spec.GroupRows},");
        writer.Line("    },");
        writer.Line($"    [{string.Join(", ", programs.Select(program => $".. {program.Create}"))}]);");
    }
}
