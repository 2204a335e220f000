using Kernels.Generators.Diagnostics;
using Kernels.Generators.Emission;
using Kernels.Generators.Parsing;
using Kernels.Generators.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kernels.Generators;

/// <summary>Writes the bodies of partial properties that carry a kernel attribute.</summary>
/// <remarks>What is wrong with a declaration is reported by <see cref="KernelAnalyzer"/>, so that no location enters this pipeline.</remarks>
[Generator(LanguageNames.CSharp)]
public sealed class KernelGenerator : IIncrementalGenerator
{
    /// <summary>Tracking name of the step that yields one spec for each declaration.</summary>
    public const string SpecStep = "KernelSpec";

    private static readonly string[] Attributes =
    [
        "Kernels.DenseAttentionAttribute",
        "Kernels.MaskedAttentionAttribute",
        "Kernels.AnchorAttentionAttribute",
        "Kernels.DenseMatMulAttribute",
        "Kernels.SemiStructuredMatMulAttribute",
    ];

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        foreach (var attribute in Attributes)
        {
            var specs = context.SyntaxProvider
                .ForAttributeWithMetadataName(attribute, static (node, _) => node is PropertyDeclarationSyntax, Parse)
                .Where(static spec => spec is not null)
                .WithTrackingName(SpecStep);
            context.RegisterSourceOutput(specs, static (output, spec) =>
                output.AddSource(KernelFile.HintName(spec!.Host), KernelFile.Write(spec)));
        }
    }

    private static KernelSpec? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        // A property with several kernel attributes arrives once for each; the first one speaks for it.
        if (context.TargetSymbol is not IPropertySymbol property
            || KernelParser.KernelAttributes(property).FirstOrDefault() is not { } first
            || !SymbolEqualityComparer.Default.Equals(first.AttributeClass, context.Attributes[0].AttributeClass))
            return null;
        return KernelParser.Parse(property, context.SemanticModel.Compilation, new Findings(), cancellation);
    }
}
