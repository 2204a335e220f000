using Kernels.Generators.Emission;
using Kernels.Generators.Parsing;
using Microsoft.CodeAnalysis;

namespace Kernels.Generators;

/// <summary>Writes the bodies of partial properties that carry a kernel attribute.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class KernelGenerator : IIncrementalGenerator
{
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
                .ForAttributeWithMetadataName(attribute, static (_, _) => true, KernelParser.Parse)
                .Where(static spec => spec is not null)
                .WithTrackingName("KernelSpec");
            context.RegisterSourceOutput(specs, static (output, spec) =>
                output.AddSource(KernelFile.HintName(spec!.Host), KernelFile.Write(spec)));
        }
    }
}
