using Kernels.Generators.Specs;
using Microsoft.CodeAnalysis;

namespace Kernels.Generators.Parsing.Lowering;

/// <summary>The kinds of values as C# types.</summary>
internal static class ValueKinds
{
    /// <summary>The kind of values of <paramref name="type"/>; null where inlined methods cannot compute with it.</summary>
    public static ValueKind? Of(ITypeSymbol? type) => type?.SpecialType switch
    {
        SpecialType.System_Boolean => ValueKind.Bool,
        SpecialType.System_Int32 => ValueKind.Int,
        SpecialType.System_Single => ValueKind.Float,
        _ => null,
    };

    /// <summary>The C# keyword.</summary>
    public static string Keyword(ValueKind kind) => kind switch
    {
        ValueKind.Bool => "bool",
        ValueKind.Int => "int",
        _ => "float",
    };
}
