using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using Kernels.Generators.Targets.Gpu;
using Kernels.Generators.Targets.Simd;

namespace Kernels.Generators.Emission;

/// <summary>The declaration and the programs of an attention kernel, or of a family of them.</summary>
internal static class AttentionFile
{
    /// <summary>The programs of every target.</summary>
    public static IReadOnlyList<ProgramSet> Programs(AttentionSpec spec)
    {
        var simd = ProgramSet.Write("SimdAttention", "global::Kernels.AttentionProgram", SimdAttention.ProgramNames(), writer => SimdAttention.Write(writer, spec));
        // Clusters have kernels of their own on GPUs, which no declaration changes.
        if (spec.Pattern == AttentionPatternKind.Routed)
            return [simd, ProgramSet.Write("GpuAttention", "global::Kernels.AttentionProgram", ["global::Kernels.GpuRoutedAttentionProgram"], _ => { })];
        return [simd, ProgramSet.Write("GpuAttention", "global::Kernels.AttentionProgram", GpuAttention.ProgramNames(), writer => GpuAttention.Write(writer, spec))];
    }

    /// <summary>Writes the kernel's field and what its declaration refers to.</summary>
    public static void Write(SourceWriter writer, AttentionSpec spec, IReadOnlyList<ProgramSet> programs)
    {
        writer.Line("internal static readonly global::Kernels.AttentionKernel Kernel =");
        WriteKernel(writer, spec, $"{spec.Host.TypeName}.{spec.Host.PropertyName}", programs, ";");
        WriteMethods(writer, spec);
    }

    /// <summary>Writes the family's field and what the declarations of its kernels refer to.</summary>
    public static void Write(SourceWriter writer, AttentionFamilySpec family, IReadOnlyList<ProgramSet> programs)
    {
        var targets = programs.Count / family.Members.Count;
        KernelHandle.WriteFamily(writer, family.Host, "Attention", [.. family.Members.Select(member => member.HeadDim)], (i, name) =>
            WriteKernel(writer, family.Members[i], name, [.. programs.Skip(i * targets).Take(targets)], ","));
        WriteMethods(writer, family.Members[0]);
    }

    private static void WriteKernel(SourceWriter writer, AttentionSpec spec, string name, IReadOnlyList<ProgramSet> programs, string end)
    {
        writer.Line("    new global::Kernels.AttentionKernel(new global::Kernels.AttentionDeclaration");
        writer.Line("    {");
        writer.Line($"        Name = \"{name}\", Hash = \"{KernelFile.Hash(spec)}\",");
        writer.Line($"        Pattern = global::Kernels.AttentionPattern.{spec.Pattern}, HeadDim = {spec.HeadDim}, Causal = {(spec.Causal ? "true" : "false")},");
        writer.Line($"        Scale = {Build.Float(spec.Scale).Text}, Block = {spec.Block}, Step = {spec.Step}, Theta = {Build.Float(spec.Theta).Text},");
        writer.Line($"        PerHead = {(DependsOnHead(spec.Mask) ? "true" : "false")},");
        if (spec.Mask is not null) writer.Line("        Classifier = new MaskClassifier(),");
        if (spec.Selection is { } selection) WriteSelection(writer, selection);
        writer.Line("    },");
        writer.Line($"    [{string.Join(", ", programs.Select(program => $".. {program.Create}"))}]){end}");
    }

    // Batch and head are the first two of four parameters. A score that depends on them changes no block's kind.
    private static bool DependsOnHead(UserMethodSpec? mask) =>
        mask is { Parameters.Count: 4 } && new FlatExpression(mask.Body, Expansion.Expand) is var flat && (flat.Reads(0) || flat.Reads(1));

    private static void WriteSelection(SourceWriter writer, SelectionSpec selection) => writer.Line($$"""
                Selection = new global::Kernels.KeySelection
                {
                    Estimator = global::Kernels.KeyEstimator.{{selection.Estimator}}, Rows = {{selection.Rows}}, Block = {{selection.Block}},
                    Stride = {{selection.Stride}}, LastRows = {{selection.LastRows}}, TopK = {{selection.TopK}}, Diagonals = {{selection.Diagonals}},
                    TopShare = {{Build.Float(selection.TopShare).Text}}, Mass = {{Build.Float(selection.Mass).Text}}, Threshold = {{Build.Float(selection.Threshold).Text}},
                    Chooser = {{(selection.Select is null ? "null" : "new Chooser()")}}, Sink = {{selection.Sink}}, Local = {{selection.Local}},
                    Reduction = global::Kernels.GroupReduction.{{selection.Reduction}}, SelfSimilarity = {{Build.Float(selection.SelfSimilarity).Text}},
                    Difference = {{Build.Float(selection.Difference).Text}}, Divergence = {{Build.Float(selection.Divergence).Text}}, MinBudget = {{selection.MinBudget}},
                    Pooling = global::Kernels.ScorePooling.{{selection.Pooling}}, PoolWidth = {{selection.PoolWidth}}, OwnShare = {{Build.Float(selection.OwnShare).Text}},
                    DenseGroups = {{selection.DenseGroups}},
                },
        """);

    private static void WriteMethods(SourceWriter writer, AttentionSpec spec)
    {
        if (spec.Mask is not null) WriteClassifier(writer, spec.Host, spec.Mask);
        if (spec.Selection?.Select is { } select) WriteChooser(writer, spec.Host, select);
    }

    // The user's own methods are called, not their lowered forms: planning and selecting are not part of the hot loop.
    private static void WriteChooser(SourceWriter writer, HostSpec host, UserMethodSpec select)
    {
        writer.Line();
        using var _ = writer.Open("private sealed class Chooser : global::Kernels.KeyChooser");
        writer.Line($$"""
            public override bool Keep(float estimate, int rank, float mass, int queryGroup, int keyBlock) =>
                {{host.TypeReference}}.{{Identifiers.Escape(select.Name)}}(estimate, rank, mass, queryGroup, keyBlock);
            """);
    }

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
