using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Gpu;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of a depthwise convolution.</summary>
internal static class DepthwiseFile
{
    /// <summary>The programs of every target.</summary>
    public static IReadOnlyList<ProgramSet> Programs(DepthwiseSpec spec) =>
    [
        ProgramSet.Write("SimdDepthwise", "global::Kernels.DepthwiseProgram", SimdDepthwise.ProgramNames(), writer => SimdDepthwise.Write(writer, spec)),
        ProgramSet.Write("GpuDepthwise", "global::Kernels.DepthwiseProgram", GpuConvolution.ProgramNames(), writer => GpuConvolution.Write(writer, spec)),
    ];

    /// <summary>Writes the kernel's field and what its declaration refers to.</summary>
    public static void Write(SourceWriter writer, DepthwiseSpec spec, IReadOnlyList<ProgramSet> programs) => KernelHandle.Write(
        writer, spec, "Depthwise", spec.Epilogue, programs, $"Window = {spec.Window.Create}");
}
