using System.Globalization;
using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;

namespace Kernels.Generators.Parsing;

/// <summary>Reads the attributes that declare attention.</summary>
internal sealed class AttentionParser(HostSpec host, AttributeReader attribute, UserMethodParser methods, Findings findings)
{
    private const ValueKind Int = ValueKind.Int, Float = ValueKind.Float;

    // The head dimensions of published models.
    private static readonly int[] Published = [8, 16, 32, 64, 80, 96, 128, 256];

    /// <summary>The declared kernel, or the family of them.</summary>
    public KernelSpec Parse(bool isFamily)
    {
        var pattern = Pattern(new AttentionSpec(host, AttentionPatternKind.Dense, 0, attribute.Read("Causal", true), Scale()));
        return isFamily
            ? new AttentionFamilySpec(host, new(HeadDims().Select(headDim => WithHeadDim(pattern, headDim))))
            : WithHeadDim(pattern, HeadDim());
    }

    private static AttentionSpec WithHeadDim(AttentionSpec spec, int headDim) =>
        spec with { HeadDim = headDim, Scale = spec.Scale == 0 ? (float)(1 / Math.Sqrt(Math.Max(1, headDim))) : spec.Scale };

    private int HeadDim()
    {
        if (attribute.ReadNumbers("HeadDims") is not null)
            findings.Add(KernelDiagnostics.FamilySizes, attribute.LocationOf("HeadDims"), "HeadDims", "AttentionKernel", "HeadDim");
        var headDim = attribute.Read("HeadDim", 0);
        CheckHeadDim(headDim, "HeadDim");
        return headDim;
    }

    private IReadOnlyList<int> HeadDims()
    {
        if (attribute.Read("HeadDim", 0) != 0)
            findings.Add(KernelDiagnostics.FamilySizes, attribute.LocationOf("HeadDim"), "HeadDim", "AttentionFamily", "HeadDims");
        if (attribute.ReadNumbers("HeadDims") is not { } headDims) return Published;
        foreach (var headDim in headDims) CheckHeadDim(headDim, "HeadDims");
        if (headDims.Count == 0 || headDims.Zip(headDims.Skip(1), (left, right) => left >= right).Any(descends => descends))
            findings.Add(KernelDiagnostics.HeadDimsOrder, attribute.LocationOf("HeadDims"), headDims.Count == 0 ? "empty" : string.Join(", ", headDims));
        return headDims;
    }

    private void CheckHeadDim(int headDim, string argument)
    {
        if (headDim is < 8 or > 256)
            findings.Add(KernelDiagnostics.HeadDim, attribute.LocationOf(argument), headDim == 0 ? "missing" : headDim);
        else if (headDim % 16 != 0)
            findings.Add(KernelDiagnostics.PaddedHeadDim, attribute.LocationOf(argument), headDim, (headDim + 15) / 16 * 16);
    }

    // 0 stands for 1/√HeadDim.
    private float Scale()
    {
        var scale = attribute.Read("Scale", 0f);
        if (float.IsNaN(scale) || float.IsInfinity(scale) || scale < 0)
            findings.Add(KernelDiagnostics.Scale, attribute.LocationOf("Scale"), scale.ToString(CultureInfo.InvariantCulture));
        return scale;
    }

    private AttentionSpec Pattern(AttentionSpec spec) => attribute.Name switch
    {
        "MaskedAttention" => Masked(spec),
        "AnchorAttention" => Anchor(spec),
        "IndexedAttention" => spec with { Pattern = AttentionPatternKind.Indexed, Mask = Mask() },
        "SelectedAttention" => spec with { Pattern = AttentionPatternKind.Selected, Selection = new SelectionParser(attribute, methods, findings).Blocks() },
        "RoutedAttention" => spec with { Pattern = AttentionPatternKind.Routed, Block = Cluster() },
        "VerticalSlashAttention" => VerticalSlash(spec),
        "FlexPrefillAttention" => spec with { Pattern = AttentionPatternKind.Selected, Selection = new SelectionParser(attribute, methods, findings).AdaptiveBlocks() },
        "ObservationWindowAttention" => spec with { Pattern = AttentionPatternKind.Selected, Selection = new SelectionParser(attribute, methods, findings).KeptKeys() },
        _ => spec,
    };

    private AttentionSpec Masked(AttentionSpec spec)
    {
        if (string.IsNullOrEmpty(attribute.ReadText("Mask")))
            findings.Add(KernelDiagnostics.MaskMissing, attribute.LocationOf("Mask"), spec.Host.PropertyName);
        var mask = Mask();
        var score = methods.Parse("Score", Float, [Float, Int, Int], [Float, Int, Int, Int, Int]);
        if (mask is not null && new FlatExpression(mask.Body, Expansion.Expand).Result is LiteralExpression { Text: var answer })
        {
            findings.Add(KernelDiagnostics.ConstantMask, attribute.LocationOf("Mask"), mask.Name, answer,
                answer == "true" ? "[DenseAttention] does the same" : "no key is ever visited");
        }

        return spec with { Pattern = AttentionPatternKind.Masked, Mask = mask, Score = score, Block = Block() };
    }

    private UserMethodSpec? Mask() => methods.Parse("Mask", ValueKind.Bool, [Int, Int], [Int, Int, Int, Int]);

    private AttentionSpec Anchor(AttentionSpec spec)
    {
        if (!spec.Causal) findings.Add(KernelDiagnostics.AnchorNotCausal, attribute.LocationOf("Causal"));
        var step = attribute.Read("Step", 16);
        if (step is < 1 or > 1024) findings.Add(KernelDiagnostics.Step, attribute.LocationOf("Step"), step);
        var theta = attribute.Read("Theta", 12f);
        if (float.IsNaN(theta)) findings.Add(KernelDiagnostics.Theta, attribute.LocationOf("Theta"));
        return spec with { Pattern = AttentionPatternKind.Anchor, Block = Block(), Step = step, Theta = theta };
    }

    private AttentionSpec VerticalSlash(AttentionSpec spec)
    {
        if (!spec.Causal) findings.Add(KernelDiagnostics.VerticalSlashNotCausal, attribute.LocationOf("Causal"));
        return spec with { Pattern = AttentionPatternKind.Selected, Selection = new SelectionParser(attribute, methods, findings).ColumnsAndDiagonals() };
    }

    private int Cluster()
    {
        var cluster = attribute.Read("Cluster", 128);
        if (cluster is < 1 or > 65536) findings.Add(KernelDiagnostics.SelectionParameter, attribute.LocationOf("Cluster"), "Cluster", cluster, "1 to 65536");
        return cluster;
    }

    private int Block()
    {
        var block = attribute.Read("Block", 128);
        if (block is < 32 or > 1024 || block % 32 != 0) findings.Add(KernelDiagnostics.Block, attribute.LocationOf("Block"), block);
        return block;
    }
}
