using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Gpu;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of a convolution.</summary>
internal static class ConvolutionFile
{
    // Sets that programs refer to, before those of the targets.
    private const int Shared = 1;

    /// <summary>The programs of every target, and first what they share.</summary>
    public static IReadOnlyList<ProgramSet> Programs(ConvolutionSpec spec)
    {
        var dense = ProgramSet.Write(
            "SimdDenseConvolution", "global::Kernels.CpuDenseTiles", VectorWidth.All.Select(SimdDenseConvolution.Name), writer => SimdDenseConvolution.Write(writer, spec.Epilogue));
        return
        [
            dense,
            ProgramSet.Write("SimdConvolution", "global::Kernels.ConvolutionProgram", SimdConvolution.ProgramNames(), writer => SimdConvolution.Write(writer, spec, dense.ClassName)),
            ProgramSet.Write("GpuConvolution", "global::Kernels.ConvolutionProgram", GpuConvolution.ProgramNames(), writer => GpuConvolution.Write(writer, spec)),
        ];
    }

    /// <summary>Writes the kernel's field and what its declaration refers to.</summary>
    public static void Write(SourceWriter writer, ConvolutionSpec spec, IReadOnlyList<ProgramSet> programs) =>
        KernelHandle.Write(writer, spec, "Convolution", spec.Epilogue, programs.Skip(Shared), Fields(spec));

    /// <summary>Writes the family's field and what the declarations of its kernels refer to.</summary>
    public static void Write(SourceWriter writer, ConvolutionFamilySpec family, IReadOnlyList<ProgramSet> programs)
    {
        var sets = programs.Count / family.Members.Count;
        KernelHandle.WriteFamily(writer, family.Host, "Convolution", [.. family.Members.Select(member => member.GroupRows)], (i, name) =>
            KernelHandle.WriteKernel(
                writer, family.Members[i], "Convolution", name, family.Members[i].Epilogue, programs.Skip(i * sets + Shared).Take(sets - Shared), ",", Fields(family.Members[i])));
    }

    private static string[] Fields(ConvolutionSpec spec) => [$"GroupRows = {spec.GroupRows}", $"Window = {spec.Window.Create}"];
}
