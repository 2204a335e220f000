using Microsoft.CodeAnalysis;

namespace Kernels.Generators.Parsing.Lowering;

/// <summary>
/// Ends the lowering of a method at the first construct that cannot be inlined; caught where the lowering began. Without a
/// descriptor the compiler itself reports what is wrong.
/// </summary>
internal sealed class Refusal(DiagnosticDescriptor? descriptor, Location? location, params object[] arguments) : Exception
{
    public DiagnosticDescriptor? Descriptor { get; } = descriptor;

    public Location? Location { get; } = location;

    public object[] Arguments { get; } = arguments;
}
