using Kernels.Generators.Emission;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Expressions;

/// <summary>
/// Prints a <see cref="FlatExpression"/>: an operation read once becomes part of its reader's text, one read more often a
/// named local. A target says how a type, a literal and one operation look.
/// </summary>
internal abstract class ExpressionPrinter
{
    // Longer operands become locals of their own: neither people nor the compiler's parser like deep nests.
    private const int LongestOperand = 160;

    /// <summary>Prints <paramref name="expression"/>.</summary>
    /// <param name="expression">What to print.</param>
    /// <param name="arguments">Text of each parameter: a name in scope, of the type this target gives the parameter's kind.</param>
    /// <param name="prefix">Beginning of the names of locals; they are <c>prefix0</c>, <c>prefix1</c>, …</param>
    public PrintedExpression Print(Expression expression, IReadOnlyList<string> arguments, string prefix)
    {
        var flat = new FlatExpression(expression, Expand);
        var statements = new List<string>();
        var texts = new string[flat.Operations.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            if (flat.Uses[i] == 0) continue;
            var operation = flat.Operations[i];
            var text = Operation(operation, Atom);
            if (flat.Uses[i] > 1 || text.Length > LongestOperand)
            {
                var name = prefix + statements.Count;
                statements.Add($"{TypeOf(operation.Kind)} {name} = {text};");
                text = name;
            }

            texts[i] = text;
        }

        return new PrintedExpression(statements, Atom(flat.Result));

        string Atom(Expression atom) => atom switch
        {
            Temporary temporary => texts[temporary.Index],
            ParameterExpression parameter => arguments[parameter.Index],
            LiteralExpression literal => Literal(literal),
            _ => throw new InvalidOperationException($"{atom.GetType().Name} is not an atom."),
        };
    }

    /// <summary>Writes <paramref name="method"/> as a private static method called <paramref name="name"/> that is inlined into its callers.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="name">Name of the method.</param>
    /// <param name="method">The user method.</param>
    public void WriteMethod(SourceWriter writer, string name, UserMethodSpec method)
    {
        var names = method.Parameters.Select(parameter => "a" + parameter.Index).ToArray();
        var parameters = method.Parameters.Select(parameter => $"{TypeOf(parameter.Kind)} {names[parameter.Index]}");
        writer.Line("[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]");
        using (writer.Open($"private static {TypeOf(method.Result)} {name}({string.Join(", ", parameters)})"))
            Print(method.Body, names, "t").Write(writer, value => $"return {value};");
    }

    /// <summary>The C# type of a value of <paramref name="kind"/>.</summary>
    public abstract string TypeOf(ValueKind kind);

    /// <summary>Rewrites an operation on atoms that the target does not print itself; returns the same object otherwise.</summary>
    protected abstract Expression Expand(Expression operation);

    /// <summary>A literal of the target's type.</summary>
    protected abstract string Literal(LiteralExpression literal);

    /// <summary>One operation; the text is safe as an operand of another. <paramref name="atom"/> prints an operand.</summary>
    protected abstract string Operation(Expression operation, Func<Expression, string> atom);
}
