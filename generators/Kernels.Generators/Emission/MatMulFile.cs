using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Cuda;
using Kernels.Generators.Targets.Gpu;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of a product.</summary>
internal static class MatMulFile
{
    /// <summary>The programs of every target.</summary>
    public static IReadOnlyList<ProgramSet> Programs(MatMulSpec spec) =>
    [
        ProgramSet.Write("SimdMatMul", "global::Kernels.MatMulProgram", SimdMatMul.ProgramNames(), writer => SimdMatMul.Write(writer, spec)),
        ProgramSet.Write("TensorMatMul", "global::Kernels.MatMulProgram", TensorMatMul.ProgramNames(spec), writer => TensorMatMul.Write(writer, spec)),
        ProgramSet.Write("GpuMatMul", "global::Kernels.MatMulProgram", GpuMatMul.ProgramNames(), writer => GpuMatMul.Write(writer, spec)),
    ];

    /// <summary>Writes the kernel's field and what its declaration refers to.</summary>
    public static void Write(SourceWriter writer, MatMulSpec spec, IReadOnlyList<ProgramSet> programs)
    {
        writer.Line("internal static readonly global::Kernels.MatMulKernel Kernel = new(");
        writer.Line("    new global::Kernels.MatMulDeclaration");
        writer.Line("    {");
        writer.Line($"        Name = \"{spec.Host.TypeName}.{spec.Host.PropertyName}\", Hash = \"{KernelFile.Hash(spec)}\",");
        writer.Line($"        Format = global::Kernels.WeightFormat.{(spec.IsDense ? "Dense" : "SemiStructured")}, Kept = {spec.Kept}, Of = {spec.Of},");
        writer.Line($"        Epilogue = {(spec.Epilogue is null ? "null" : $"\"{spec.Epilogue.Name}\"")},");
        writer.Line("    },");
        writer.Line($"    [{string.Join(", ", programs.Select(program => $".. {program.Create}"))}]);");
    }
}
