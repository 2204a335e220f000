using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of a convolution.</summary>
internal static class ConvolutionFile
{
    /// <summary>The programs of every target.</summary>
    public static IReadOnlyList<ProgramSet> Programs(ConvolutionSpec spec) =>
    [
        ProgramSet.Write("SimdConvolution", "global::Kernels.CpuConvolutionProgram", SimdConvolution.ProgramNames(), writer => SimdConvolution.Write(writer, spec)),
    ];

    /// <summary>Writes the kernel's field and what its declaration refers to.</summary>
    public static void Write(SourceWriter writer, ConvolutionSpec spec, IReadOnlyList<ProgramSet> programs)
    {
        writer.Line("internal static readonly global::Kernels.ConvolutionKernel Kernel = new(");
        writer.Line("    new global::Kernels.ConvolutionDeclaration");
        writer.Line("    {");
        writer.Line($"        Name = \"{spec.Host.TypeName}.{spec.Host.PropertyName}\", Hash = \"{KernelFile.Hash(spec)}\", GroupRows = {spec.GroupRows},");
        writer.Line($"        Window = {spec.Window.Create},");
        writer.Line($"        Epilogue = {(spec.Epilogue is null ? "null" : $"\"{spec.Epilogue.Name}\"")},");
        writer.Line("    },");
        writer.Line($"    [{string.Join(", ", programs.Select(program => $".. {program.Create}"))}]);");
    }
}
