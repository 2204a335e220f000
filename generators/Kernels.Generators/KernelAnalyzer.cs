using System.Collections.Immutable;
using Kernels.Generators.Diagnostics;
using Kernels.Generators.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Kernels.Generators;

/// <summary>Reports what is wrong with kernel declarations, on the user's own lines.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class KernelAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = KernelDiagnostics.All;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(Analyze, SymbolKind.Property);
    }

    private static void Analyze(SymbolAnalysisContext context)
    {
        var findings = new Findings();
        KernelParser.Parse((IPropertySymbol)context.Symbol, context.Compilation, findings, context.CancellationToken);
        foreach (var diagnostic in findings.Diagnostics) context.ReportDiagnostic(diagnostic);
    }
}
