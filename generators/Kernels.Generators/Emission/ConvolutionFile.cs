using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Gpu;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of a convolution.</summary>
internal static class ConvolutionFile
{
    /// <summary>The programs of every target.</summary>
    public static IReadOnlyList<ProgramSet> Programs(ConvolutionSpec spec) =>
    [
        ProgramSet.Write("SimdConvolution", "global::Kernels.ConvolutionProgram", SimdConvolution.ProgramNames(), writer => SimdConvolution.Write(writer, spec)),
        ProgramSet.Write("GpuConvolution", "global::Kernels.ConvolutionProgram", GpuConvolution.ProgramNames(), writer => GpuConvolution.Write(writer, spec)),
    ];

    /// <summary>Writes the kernel's field and what its declaration refers to.</summary>
    public static void Write(SourceWriter writer, ConvolutionSpec spec, IReadOnlyList<ProgramSet> programs) =>
        KernelHandle.Write(writer, spec, "Convolution", spec.Epilogue, programs, Fields(spec));

    /// <summary>Writes the family's field and what the declarations of its kernels refer to.</summary>
    public static void Write(SourceWriter writer, ConvolutionFamilySpec family, IReadOnlyList<ProgramSet> programs)
    {
        var targets = programs.Count / family.Members.Count;
        KernelHandle.WriteFamily(writer, family.Host, "Convolution", [.. family.Members.Select(member => member.GroupRows)], (i, name) =>
            KernelHandle.WriteKernel(
                writer, family.Members[i], "Convolution", name, family.Members[i].Epilogue, programs.Skip(i * targets).Take(targets), ",", Fields(family.Members[i])));
    }

    private static string[] Fields(ConvolutionSpec spec) => [$"GroupRows = {spec.GroupRows}", $"Window = {spec.Window.Create}"];
}
