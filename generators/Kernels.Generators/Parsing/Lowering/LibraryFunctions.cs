using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using Microsoft.CodeAnalysis;

namespace Kernels.Generators.Parsing.Lowering;

/// <summary>The functions of <c>MathF</c>, <c>Math</c>, <c>float</c> and <c>int</c> that every target has.</summary>
internal static class LibraryFunctions
{
    private static readonly string[] OfInt = ["Abs", "Min", "Max", "Clamp", "Sign"];

    private static readonly string[] OfFloat =
    [
        "Abs", "Min", "Max", "Clamp", "Sign", "Exp", "Log", "Log2", "Log10", "Sqrt", "Pow", "Sin", "Cos", "Tan", "Tanh", "Floor",
        "Ceiling", "Truncate", "Round",
    ];

    /// <summary>The functions on float, for messages.</summary>
    public static string Names => string.Join(", ", OfFloat);

    /// <summary>Whether <paramref name="method"/> belongs to the types whose functions are listed here.</summary>
    public static bool Covers(IMethodSymbol method) =>
        method.ContainingType is { ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } type
        && (type.Name is "Math" or "MathF" || type.SpecialType is SpecialType.System_Single or SpecialType.System_Int32);

    /// <summary>The call as an expression; null where a target lacks the function.</summary>
    public static Expression? Lower(IMethodSymbol method, Expression[] arguments)
    {
        if (arguments.Length == 0 || ValueKinds.Of(method.ReturnType) is not { } result) return null;
        var first = arguments[0];
        if (arguments.Any(argument => argument.Kind != first.Kind)) return null;
        switch (method.Name)
        {
            case "IsNaN" when first.Kind == ValueKind.Float:
                return Build.Compare(first, "!=", first);
            case "Log" when arguments.Length == 2:
                return Build.Arithmetic(Build.Call("Log", first), "/", Build.Call("Log", arguments[1]));
        }

        var names = first.Kind switch
        {
            ValueKind.Int => OfInt,
            ValueKind.Float => OfFloat,
            _ => [],
        };
        var expected = method.Name switch
        {
            "Min" or "Max" or "Pow" => 2,
            "Clamp" => 3,
            _ => 1,
        };
        if (!names.Contains(method.Name) || arguments.Length != expected) return null;
        if (result != (method.Name == "Sign" ? ValueKind.Int : first.Kind)) return null;
        return new CallExpression(result, method.Name, new(arguments));
    }
}
