using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using static Kernels.Generators.Targets.Expressions.Build;

namespace Kernels.Generators.Targets.Scalar;

/// <summary>Prints expressions as plain C# on <c>bool</c>, <c>int</c> and <c>float</c>, for one element at a time on the processor.</summary>
internal class ScalarExpression : ExpressionPrinter
{
    /// <summary>The printer.</summary>
    public static readonly ScalarExpression Printer = new();

    protected ScalarExpression()
    {
    }

    /// <summary>Prints <paramref name="expression"/> with the parameters called <paramref name="argumentNames"/>.</summary>
    public static PrintedExpression Print(Expression expression, IReadOnlyList<string> argumentNames) =>
        Printer.Print(expression, argumentNames, "t");

    public override string TypeOf(ValueKind kind) => kind switch
    {
        ValueKind.Bool => "bool",
        ValueKind.Int => "int",
        _ => "float",
    };

    protected override Expression Expand(Expression operation) => Expansion.Expand(operation);

    protected override string Literal(LiteralExpression literal) => literal.Text.StartsWith("-") ? $"({literal.Text})" : literal.Text;

    protected override string Operation(Expression operation, Func<Expression, string> atom) => operation switch
    {
        UnaryExpression unary => $"({unary.Operator}{atom(unary.Operand)})",
        BinaryExpression { Operator: "<<" or ">>" or ">>>" } shift => $"({atom(shift.Left)} {shift.Operator} {ShiftCount(shift.Right, atom)})",
        BinaryExpression binary => $"({atom(binary.Left)} {Symbol(binary.Operator)} {atom(binary.Right)})",
        ConditionalExpression choice => $"({atom(choice.Condition)} ? {atom(choice.WhenTrue)} : {atom(choice.WhenFalse)})",
        ConvertExpression convert => Convert(convert, atom(convert.Operand)),
        CallExpression call => $"global::System.MathF.{call.Function}({string.Join(", ", call.Arguments.Select(atom))})"
            .Replace("MathF", call.Kind == ValueKind.Int ? "Math" : "MathF"),
        _ => throw new InvalidOperationException($"No rule for {operation.GetType().Name}."),
    };

    /// <summary>A cast whose operand differs in kind.</summary>
    protected virtual string Convert(ConvertExpression convert, string operand) => $"(({TypeOf(convert.Kind)}){operand})";

    private static string Symbol(string @operator) => @operator switch
    {
        Expansion.SafeDivide => "/",
        Expansion.SafeRemainder => "%",
        _ => @operator,
    };

    // C# takes a count modulo 32; other back ends' shift instructions do not.
    private static string ShiftCount(Expression count, Func<Expression, string> atom) =>
        IsInt(count, out var value) ? (value & 31).ToString() : $"({atom(count)} & 31)";
}
