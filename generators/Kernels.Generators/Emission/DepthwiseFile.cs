using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of a depthwise convolution.</summary>
internal static class DepthwiseFile
{
    /// <summary>The programs of every target.</summary>
    public static IReadOnlyList<ProgramSet> Programs(DepthwiseSpec spec) =>
    [
        ProgramSet.Write("SimdDepthwise", "global::Kernels.CpuDepthwiseProgram", SimdDepthwise.ProgramNames(), writer => SimdDepthwise.Write(writer, spec)),
    ];

    /// <summary>Writes the kernel's field and what its declaration refers to.</summary>
    public static void Write(SourceWriter writer, DepthwiseSpec spec, IReadOnlyList<ProgramSet> programs)
    {
        writer.Line("internal static readonly global::Kernels.DepthwiseKernel Kernel = new(");
        writer.Line("    new global::Kernels.DepthwiseDeclaration");
        writer.Line("    {");
        writer.Line($"        Name = \"{spec.Host.TypeName}.{spec.Host.PropertyName}\", Hash = \"{KernelFile.Hash(spec)}\", Window = {spec.Window.Create},");
        writer.Line($"        Epilogue = {(spec.Epilogue is null ? "null" : $"\"{spec.Epilogue.Name}\"")},");
        writer.Line("    },");
        writer.Line($"    [{string.Join(", ", programs.Select(program => $".. {program.Create}"))}]);");
    }
}
