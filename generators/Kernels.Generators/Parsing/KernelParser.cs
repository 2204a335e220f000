using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kernels.Generators.Parsing;

/// <summary>
/// Reads a property with a kernel attribute. The generator takes the spec, the analyzer the findings; both see the same
/// checks.
/// </summary>
internal static class KernelParser
{
    /// <summary>
    /// The spec of the kernel that <paramref name="property"/> declares, or a <see cref="RefusedSpec"/>; null where nothing
    /// should be generated.
    /// </summary>
    public static KernelSpec? Parse(IPropertySymbol property, Compilation compilation, Findings findings, CancellationToken cancellation)
    {
        var attributes = KernelAttributes(property);
        if (attributes.Count == 0 || property.PartialDefinitionPart is not null || compilation is not CSharpCompilation csharp) return null;
        if (property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is not PropertyDeclarationSyntax syntax) return null;

        // Of two members with one name, which the compiler reports, the first stands for both.
        if (!SymbolEqualityComparer.Default.Equals(property.ContainingType.GetMembers(property.Name).FirstOrDefault(), property)) return null;

        var attribute = new AttributeReader(attributes[0], cancellation);
        var declaration = new PropertyParser(property, syntax);
        foreach (var other in attributes.Skip(1))
        {
            var reader = new AttributeReader(other, cancellation);
            if (reader.Name == attribute.Name) findings.RefuseSilently();
            else findings.Add(KernelDiagnostics.TwoKernels, reader.Location, property.Name, attribute.Name, reader.Name);
        }

        var handle = attribute.Name.EndsWith("MatMul", StringComparison.Ordinal) ? "MatMulKernel"
            : attribute.Name == "GroupConvolution" ? property.Type.Name == "ConvolutionFamily" ? "ConvolutionFamily" : "ConvolutionKernel"
            : attribute.Name == "DepthwiseConvolution" ? "DepthwiseKernel"
            : property.Type.Name == "AttentionFamily" ? "AttentionFamily" : "AttentionKernel";
        declaration.Check(findings, attribute.Name, handle, csharp);
        KernelSpec? spec = null;
        if (attribute.HasErrors)
        {
            findings.RefuseSilently();
        }
        else
        {
            var methods = new UserMethodParser(property.ContainingType, attribute, compilation, findings, cancellation);
            spec = handle switch
            {
                "MatMulKernel" => MatMulParser.Parse(declaration.Host, attribute, methods, findings),
                "ConvolutionKernel" or "ConvolutionFamily" =>
                    new ConvolutionParser(declaration.Host, attribute, methods, findings).ParseGroups(isFamily: handle == "ConvolutionFamily"),
                "DepthwiseKernel" => new ConvolutionParser(declaration.Host, attribute, methods, findings).ParseDepthwise(),
                _ => new AttentionParser(declaration.Host, attribute, methods, findings).Parse(isFamily: handle == "AttentionFamily"),
            };
        }

        return findings.IsRefused ? declaration.Refuse(findings.Error?.Id ?? "a compile error") : spec;
    }

    /// <summary>The kernel attributes of <paramref name="property"/> in source order.</summary>
    public static IReadOnlyList<AttributeData> KernelAttributes(IPropertySymbol property)
    {
        var found = new List<AttributeData>();
        foreach (var attribute in property.GetAttributes())
        {
            for (var type = attribute.AttributeClass?.BaseType; type is not null; type = type.BaseType)
            {
                if (type is { Name: "KernelAttribute", ContainingNamespace: { Name: "Kernels", ContainingNamespace.IsGlobalNamespace: true } }
                    && attribute.ApplicationSyntaxReference is not null)
                    found.Add(attribute);
            }
        }

        return found;
    }
}
