using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Cuda;
using Kernels.Generators.Targets.Gpu;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of a product.</summary>
internal static class MatMulFile
{
    /// <summary>The programs of every target.</summary>
    public static IReadOnlyList<ProgramSet> Programs(MatMulSpec spec)
    {
        const string type = "global::Kernels.MatMulProgram";
        var processor = spec.HasProcessorPanels
            ? ProgramSet.Write("SimdMatMul", type, SimdMatMul.ProgramNames(), writer => SimdMatMul.Write(writer, spec))
            : ProgramSet.Write("SimdGroupMatMul", type, SimdMatMul.ProgramNames(), writer => SimdGroupMatMul.Write(writer, spec));
        if (spec.GroupRows > 0)
            return [processor, ProgramSet.Write("GpuGroupMatMul", type, GpuGroupMatMul.ProgramNames(), writer => GpuGroupMatMul.Write(writer, spec))];
        return
        [
            processor,
            ProgramSet.Write("TensorMatMul", type, TensorMatMul.ProgramNames(spec), writer => TensorMatMul.Write(writer, spec)),
            ProgramSet.Write("GpuMatMul", type, GpuMatMul.ProgramNames(), writer => GpuMatMul.Write(writer, spec)),
        ];
    }

    /// <summary>Writes the kernel's field and what its declaration refers to.</summary>
    public static void Write(SourceWriter writer, MatMulSpec spec, IReadOnlyList<ProgramSet> programs)
    {
        var format = spec.IsDense ? "Dense" : spec.Of > 0 ? "SemiStructured" : "Groups";
        KernelHandle.Write(
            writer, spec, "MatMul", spec.Epilogue, programs, $"Format = global::Kernels.WeightFormat.{format}",
            $"Kept = {spec.Kept}, Of = {spec.Of}, GroupRows = {spec.GroupRows}, NeedsOperand = {(spec.Epilogue is { TakesOperand: true } ? "true" : "false")}");
    }
}
