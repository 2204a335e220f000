using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Gpu;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of a product.</summary>
internal static class MatMulFile
{
    public static void Write(SourceWriter writer, MatMulSpec spec)
    {
        var programs = new List<string>();
        programs.AddRange(SimdMatMul.ProgramNames());
        programs.AddRange(GpuMatMul.ProgramNames());
        writer.Line("internal static readonly global::Kernels.MatMulKernel Kernel = new(");
        writer.Line("    new global::Kernels.MatMulDeclaration");
        writer.Line("    {");
        writer.Line($"        Name = \"{spec.Host.TypeName}.{spec.Host.PropertyName}\", Hash = \"{KernelFile.Hash(spec)}\",");
        writer.Line($"        Format = global::Kernels.WeightFormat.{(spec.IsDense ? "Dense" : "SemiStructured")}, Kept = {spec.Kept}, Of = {spec.Of},");
        writer.Line($"        Epilogue = {(spec.Epilogue is null ? "null" : $"\"{spec.Epilogue.Name}\"")},");
        writer.Line("    }" + (programs.Count > 0 ? "," : ");"));
        for (var i = 0; i < programs.Count; i++)
            writer.Line($"    new {programs[i]}(){(i + 1 < programs.Count ? "," : ");")}");
        writer.Line();
        SimdMatMul.Write(writer, spec);
        GpuMatMul.Write(writer, spec);
    }
}
