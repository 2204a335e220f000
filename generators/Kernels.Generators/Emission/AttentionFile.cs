using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using Kernels.Generators.Targets.Gpu;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of an attention kernel.</summary>
internal static class AttentionFile
{
    /// <summary>The programs of every target.</summary>
    public static IReadOnlyList<ProgramSet> Programs(AttentionSpec spec) =>
    [
        ProgramSet.Write("SimdAttention", "global::Kernels.AttentionProgram", SimdAttention.ProgramNames(), writer => SimdAttention.Write(writer, spec)),
        ProgramSet.Write("GpuAttention", "global::Kernels.AttentionProgram", GpuAttention.ProgramNames(), writer => GpuAttention.Write(writer, spec)),
    ];

    /// <summary>Writes the kernel's field and what its declaration refers to.</summary>
    public static void Write(SourceWriter writer, AttentionSpec spec, IReadOnlyList<ProgramSet> programs)
    {
        writer.Line("internal static readonly global::Kernels.AttentionKernel Kernel = new(");
        writer.Line("    new global::Kernels.AttentionDeclaration");
        writer.Line("    {");
        writer.Line($"        Name = \"{spec.Host.TypeName}.{spec.Host.PropertyName}\", Hash = \"{KernelFile.Hash(spec)}\",");
        writer.Line($"        Pattern = global::Kernels.AttentionPattern.{spec.Pattern}, HeadDim = {spec.HeadDim}, Causal = {(spec.Causal ? "true" : "false")},");
        writer.Line($"        Scale = {Build.Float(spec.Scale).Text}, Block = {spec.Block}, Step = {spec.Step}, Theta = {Build.Float(spec.Theta).Text},");
        writer.Line($"        PerHead = {(spec.Mask?.Parameters.Count == 4 || spec.Score?.Parameters.Count == 5 ? "true" : "false")},");
        if (spec.Mask is not null) writer.Line("        Classifier = new MaskClassifier(),");
        writer.Line("    },");
        writer.Line($"    [{string.Join(", ", programs.Select(program => $".. {program.Create}"))}]);");
        if (spec.Mask is not null) WriteClassifier(writer, spec.Host, spec.Mask);
    }

    // The user's own method is called, not its lowered form: classification is part of planning, not of the hot loop.
    private static void WriteClassifier(SourceWriter writer, HostSpec host, UserMethodSpec mask)
    {
        var arguments = mask.Parameters.Count == 4 ? "batch, head, query, key" : "query, key";
        writer.Line();
        using var _ = writer.Open("private sealed class MaskClassifier : global::Kernels.BlockClassifier");
        writer.Line($$"""
            public override bool Admits(int batch, int head, int query, int key) => {{host.TypeReference}}.{{Identifiers.Escape(mask.Name)}}({{arguments}});

            public override global::Kernels.BlockKind Classify(int batch, int head, int query, int queries, int key, int keys, bool causal)
            {
                bool any = false, all = true;
                for (var q = query; q < query + queries; q++)
                {
                    var end = causal ? global::System.Math.Min(key + keys, q + 1) : key + keys;
                    for (var k = key; k < end; k++)
                    {
                        if (Admits(batch, head, q, k)) any = true;
                        else all = false;
                        if (any && !all) return global::Kernels.BlockKind.Partial;
                    }
                }

                return any ? global::Kernels.BlockKind.Full : global::Kernels.BlockKind.Empty;
            }
            """);
    }
}
