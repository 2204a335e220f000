using Microsoft.CodeAnalysis;

namespace Kernels.Generators.Diagnostics;

/// <summary>What the parser found wrong, in the order it was found. Lives only while a declaration is parsed.</summary>
internal sealed class Findings
{
    private readonly List<Diagnostic> _diagnostics = [];

    /// <summary>Everything found, information included.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>The first error; null where the declaration is right.</summary>
    public Diagnostic? Error { get; private set; }

    /// <summary>
    /// Whether the declaration cannot be compiled: an error was found here, or the compiler reports one that made the
    /// declaration unreadable.
    /// </summary>
    public bool IsRefused { get; private set; }

    /// <summary>Records a finding at <paramref name="location"/>.</summary>
    public void Add(DiagnosticDescriptor descriptor, Location location, params object[] arguments)
    {
        var diagnostic = Diagnostic.Create(descriptor, location, arguments);
        _diagnostics.Add(diagnostic);
        if (descriptor.DefaultSeverity != DiagnosticSeverity.Error) return;
        Error ??= diagnostic;
        IsRefused = true;
    }

    /// <summary>Refuses the declaration without a word, because the compiler itself reports what is wrong.</summary>
    public void RefuseSilently() => IsRefused = true;
}
