using System.Globalization;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Gpu;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of an attention kernel.</summary>
internal static class AttentionFile
{
    public static void Write(SourceWriter writer, AttentionSpec spec)
    {
        var programs = new List<string>();
        programs.AddRange(SimdAttention.ProgramNames());
        programs.AddRange(GpuAttention.ProgramNames());
        writer.Line("internal static readonly global::Kernels.AttentionKernel Kernel = new(");
        writer.Line("    new global::Kernels.AttentionDeclaration");
        writer.Line("    {");
        writer.Line($"        Name = \"{spec.Host.TypeName}.{spec.Host.PropertyName}\", Hash = \"{KernelFile.Hash(spec)}\",");
        writer.Line($"        Pattern = global::Kernels.AttentionPattern.{spec.Pattern}, HeadDim = {spec.HeadDim}, Causal = {(spec.Causal ? "true" : "false")},");
        writer.Line($"        Scale = {spec.Scale.ToString("R", CultureInfo.InvariantCulture)}f, Block = {spec.Block}, Step = {spec.Step}, Theta = {spec.Theta.ToString("R", CultureInfo.InvariantCulture)}f,");
        writer.Line($"        PerHead = {(spec.Mask?.Parameters.Count == 4 || spec.Score?.Parameters.Count == 5 ? "true" : "false")},");
        writer.Line("    }" + (programs.Count > 0 ? "," : ");"));
        for (var i = 0; i < programs.Count; i++)
            writer.Line($"    new {programs[i]}(){(i + 1 < programs.Count ? "," : ");")}");
        writer.Line();
        SimdAttention.Write(writer, spec);
        GpuAttention.Write(writer, spec);
    }
}
