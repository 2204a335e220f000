using System.Collections.Immutable;
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

    /// <summary>Tracking name of the step that writes the file of each declaration.</summary>
    public const string KernelStep = "Kernel";

    /// <summary>Tracking name of the step that yields each set of programs once.</summary>
    public const string ProgramStep = "Programs";

    private static readonly string[] Attributes =
    [
        "Kernels.DenseAttentionAttribute",
        "Kernels.MaskedAttentionAttribute",
        "Kernels.AnchorAttentionAttribute",
        "Kernels.IndexedAttentionAttribute",
        "Kernels.SelectedAttentionAttribute",
        "Kernels.VerticalSlashAttentionAttribute",
        "Kernels.FlexPrefillAttentionAttribute",
        "Kernels.ObservationWindowAttentionAttribute",
        "Kernels.RoutedAttentionAttribute",
        "Kernels.DenseMatMulAttribute",
        "Kernels.SemiStructuredMatMulAttribute",
        "Kernels.GroupMatMulAttribute",
        "Kernels.GroupConvolutionAttribute",
        "Kernels.DepthwiseConvolutionAttribute",
    ];

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<ImmutableArray<ProgramSet>>? programs = null;
        foreach (var attribute in Attributes)
        {
            var kernels = context.SyntaxProvider
                .ForAttributeWithMetadataName(attribute, static (node, _) => node is PropertyDeclarationSyntax, Parse)
                .Where(static spec => spec is not null)
                .WithTrackingName(SpecStep)
                .Select(static (spec, _) => KernelFile.Write(spec!))
                .WithTrackingName(KernelStep);
            context.RegisterSourceOutput(kernels, static (output, kernel) => output.AddSource(kernel.HintName, kernel.Text));

            var own = kernels.SelectMany(static (kernel, _) => kernel.Programs).Collect();
            programs = programs is { } others ? others.Combine(own).Select(static (pair, _) => pair.Left.AddRange(pair.Right)) : own;
        }

        var distinct = programs!.Value.SelectMany(static (all, _) => all.Distinct()).WithTrackingName(ProgramStep);
        context.RegisterSourceOutput(distinct, static (output, program) => output.AddSource(program.HintName, program.Text));
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
