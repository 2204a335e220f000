using System.Globalization;
using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;

namespace Kernels.Generators.Parsing;

/// <summary>Reads <c>[DenseAttention]</c>, <c>[MaskedAttention]</c> and <c>[AnchorAttention]</c>.</summary>
internal static class AttentionParser
{
    private const ValueKind Int = ValueKind.Int, Float = ValueKind.Float;

    public static AttentionSpec Parse(HostSpec host, AttributeReader attribute, UserMethodParser methods, Findings findings)
    {
        var headDim = attribute.Read("HeadDim", 0);
        if (headDim is < 8 or > 256)
            findings.Add(KernelDiagnostics.HeadDim, attribute.LocationOf("HeadDim"), headDim == 0 ? "missing" : headDim);
        else if (headDim % 16 != 0)
            findings.Add(KernelDiagnostics.PaddedHeadDim, attribute.LocationOf("HeadDim"), headDim, (headDim + 15) / 16 * 16);

        var scale = attribute.Read("Scale", 0f);
        if (float.IsNaN(scale) || float.IsInfinity(scale) || scale < 0)
            findings.Add(KernelDiagnostics.Scale, attribute.LocationOf("Scale"), scale.ToString(CultureInfo.InvariantCulture));
        if (scale == 0) scale = (float)(1 / Math.Sqrt(Math.Max(1, headDim)));

        var spec = new AttentionSpec(host, AttentionPatternKind.Dense, headDim, attribute.Read("Causal", true), scale);
        return attribute.Name switch
        {
            "MaskedAttention" => Masked(spec, attribute, methods, findings),
            "AnchorAttention" => Anchor(spec, attribute, findings),
            _ => spec,
        };
    }

    private static AttentionSpec Masked(AttentionSpec spec, AttributeReader attribute, UserMethodParser methods, Findings findings)
    {
        if (string.IsNullOrEmpty(attribute.ReadText("Mask")))
            findings.Add(KernelDiagnostics.MaskMissing, attribute.LocationOf("Mask"), spec.Host.PropertyName);
        var mask = methods.Parse("Mask", ValueKind.Bool, [Int, Int], [Int, Int, Int, Int]);
        var score = methods.Parse("Score", Float, [Float, Int, Int], [Float, Int, Int, Int, Int]);
        if (mask is not null && new FlatExpression(mask.Body, Expansion.Expand).Result is LiteralExpression { Text: var answer })
        {
            findings.Add(KernelDiagnostics.ConstantMask, attribute.LocationOf("Mask"), mask.Name, answer,
                answer == "true" ? "[DenseAttention] does the same" : "no key is ever visited");
        }

        return spec with { Pattern = AttentionPatternKind.Masked, Mask = mask, Score = score, Block = Block(attribute, findings) };
    }

    private static AttentionSpec Anchor(AttentionSpec spec, AttributeReader attribute, Findings findings)
    {
        if (!spec.Causal) findings.Add(KernelDiagnostics.AnchorNotCausal, attribute.LocationOf("Causal"));
        var step = attribute.Read("Step", 16);
        if (step is < 1 or > 1024) findings.Add(KernelDiagnostics.Step, attribute.LocationOf("Step"), step);
        var theta = attribute.Read("Theta", 12f);
        if (float.IsNaN(theta)) findings.Add(KernelDiagnostics.Theta, attribute.LocationOf("Theta"));
        return spec with { Pattern = AttentionPatternKind.Anchor, Block = Block(attribute, findings), Step = step, Theta = theta };
    }

    private static int Block(AttributeReader attribute, Findings findings)
    {
        var block = attribute.Read("Block", 128);
        if (block is < 32 or > 1024 || block % 32 != 0) findings.Add(KernelDiagnostics.Block, attribute.LocationOf("Block"), block);
        return block;
    }
}
