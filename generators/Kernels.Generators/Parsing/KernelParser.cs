using Kernels.Generators.Specs;
using Microsoft.CodeAnalysis;

namespace Kernels.Generators.Parsing;

/// <summary>Reads an attribute and its property into a spec.</summary>
internal static class KernelParser
{
    public static KernelSpec? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        if (context.TargetSymbol is not IPropertySymbol property) return null;
        var attribute = context.Attributes[0];
        var host = ReadHost(property);
        return attribute.AttributeClass!.Name switch
        {
            "DenseAttentionAttribute" => ReadAttention(host, attribute, AttentionPatternKind.Dense),
            "AnchorAttentionAttribute" => ReadAttention(host, attribute, AttentionPatternKind.Anchor) is { } anchor
                ? anchor with { Block = Read(attribute, "Block", 128), Step = Read(attribute, "Step", 16), Theta = Read(attribute, "Theta", 12f) }
                : null,
            "DenseMatMulAttribute" => new MatMulSpec(host, 0, 0, null),
            "SemiStructuredMatMulAttribute" => new MatMulSpec(host, Read(attribute, "Kept", 2), Read(attribute, "Of", 4), null),
            _ => null,
        };
    }

    private static AttentionSpec ReadAttention(HostSpec host, AttributeData attribute, AttentionPatternKind pattern)
    {
        var headDim = Read(attribute, "HeadDim", 0);
        var scale = Read(attribute, "Scale", 0f);
        return new AttentionSpec(
            host, pattern, headDim, Read(attribute, "Causal", true), scale == 0 ? (float)(1 / Math.Sqrt(headDim)) : scale);
    }

    private static HostSpec ReadHost(IPropertySymbol property)
    {
        var headers = new Stack<string>();
        var names = new Stack<string>();
        for (var type = property.ContainingType; type is not null; type = type.ContainingType)
        {
            headers.Push($"{(type.IsStatic ? "static " : "")}partial {(type.IsValueType ? "struct" : "class")} {type.Name}");
            names.Push(type.Name);
        }

        var space = property.ContainingNamespace.IsGlobalNamespace ? "" : property.ContainingNamespace.ToDisplayString();
        var access = property.DeclaredAccessibility switch
        {
            Accessibility.Public => "public ",
            Accessibility.Internal => "internal ",
            Accessibility.Private => "private ",
            _ => "",
        };
        return new HostSpec(space, new(headers), string.Join(".", names), access + "static partial", property.Name);
    }

    private static T Read<T>(AttributeData attribute, string name, T fallback)
    {
        foreach (var argument in attribute.NamedArguments)
            if (argument.Key == name && argument.Value.Value is T value) return value;
        return fallback;
    }
}
