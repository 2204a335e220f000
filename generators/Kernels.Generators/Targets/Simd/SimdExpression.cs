using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using static Kernels.Generators.Targets.Expressions.Build;

namespace Kernels.Generators.Targets.Simd;

/// <summary>
/// Prints expressions on whole vectors: floats as <c>VectorN&lt;float&gt;</c>, ints as <c>VectorN&lt;int&gt;</c>, bools as
/// <c>VectorN&lt;int&gt;</c> masks with all bits of a lane equal. Both branches of a conditional are evaluated; nothing traps.
/// </summary>
internal sealed class SimdExpression : ExpressionPrinter
{
    private const string Functions = "global::Kernels.VectorFunctions";

    private readonly VectorWidth _width;

    private SimdExpression(VectorWidth width) => _width = width;

    /// <summary>A printer for vectors of <paramref name="width"/>.</summary>
    public static SimdExpression Printer(VectorWidth width) => new(width);

    /// <summary>Prints <paramref name="expression"/> with the parameters, vectors all, called <paramref name="argumentNames"/>.</summary>
    public static PrintedExpression Print(Expression expression, VectorWidth width, IReadOnlyList<string> argumentNames) =>
        new SimdExpression(width).Print(expression, argumentNames, "t");

    public override string TypeOf(ValueKind kind) => _width.Of(kind == ValueKind.Float ? "float" : "int");

    protected override Expression Expand(Expression operation) => operation switch
    {
        BinaryExpression { Kind: ValueKind.Int } binary when Expansion.ByShifts(binary) is var shifts && !ReferenceEquals(shifts, binary) => shifts,
        BinaryExpression { Operator: Expansion.SafeRemainder } remainder => Arithmetic(
            remainder.Left, "-",
            Arithmetic(Arithmetic(remainder.Left, Expansion.SafeDivide, remainder.Right), "*", remainder.Right)),
        _ => Expansion.Expand(operation),
    };

    protected override string Literal(LiteralExpression literal) => literal.Text switch
    {
        "true" => $"{TypeOf(ValueKind.Bool)}.AllBitsSet",
        "false" or "0" or "0f" => $"{TypeOf(literal.Kind)}.Zero",
        _ => $"{_width.Class}.Create({literal.Text})",
    };

    protected override string Operation(Expression operation, Func<Expression, string> atom) => operation switch
    {
        UnaryExpression { Operator: "!" } not => $"(~{atom(not.Operand)})",
        UnaryExpression unary => $"({unary.Operator}{atom(unary.Operand)})",
        BinaryExpression binary => Binary(binary, atom),
        ConditionalExpression choice =>
            $"{_width.Class}.ConditionalSelect({MaskFor(choice.Kind, atom(choice.Condition))}, {atom(choice.WhenTrue)}, {atom(choice.WhenFalse)})",
        ConvertExpression { Kind: ValueKind.Int } convert => $"{_width.Class}.ConvertToInt32({atom(convert.Operand)})",
        ConvertExpression convert => $"{_width.Class}.ConvertToSingle({atom(convert.Operand)})",
        CallExpression { Function: "Max" } max when max.Arguments[1] is LiteralExpression { Text: "0f" } => MaxOfZero(atom(max.Arguments[0])),
        CallExpression { Function: "Pow" } call => $"{Functions}.Pow({Arguments(call, atom)})",
        CallExpression call => $"{_width.Class}.{call.Function}({Arguments(call, atom)})",
        _ => throw new InvalidOperationException($"No rule for {operation.GetType().Name}."),
    };

    private string Binary(BinaryExpression binary, Func<Expression, string> atom)
    {
        var (left, right) = (atom(binary.Left), atom(binary.Right));
        if (binary.Left.Kind == ValueKind.Bool)
        {
            return binary.Operator switch
            {
                "&&" or "&" => $"({left} & {right})",
                "||" or "|" => $"({left} | {right})",
                "^" or "!=" => $"({left} ^ {right})",
                _ => $"(~({left} ^ {right}))",
            };
        }

        return binary.Operator switch
        {
            "<" => Compare("LessThan"),
            "<=" => Compare("LessThanOrEqual"),
            ">" => Compare("GreaterThan"),
            ">=" => Compare("GreaterThanOrEqual"),
            "==" => Compare("Equals"),
            "!=" => $"(~{Compare("Equals")})",
            "<<" or ">>" or ">>>" when IsInt(binary.Right, out var count) => $"({left} {binary.Operator} {count & 31})",
            "<<" => $"{Functions}.ShiftLeft({left}, {right})",
            ">>" => $"{Functions}.ShiftRightArithmetic({left}, {right})",
            ">>>" => $"{Functions}.ShiftRightLogical({left}, {right})",
            Expansion.SafeDivide => $"({left} / {right})",
            _ => $"({left} {binary.Operator} {right})",
        };

        string Compare(string function)
        {
            var text = $"{_width.Class}.{function}({left}, {right})";
            return binary.Left.Kind == ValueKind.Float ? $"{_width.Class}.AsInt32({text})" : text;
        }
    }

    // The larger as processors choose it: a NaN second operand, and the second of two zeros. Zero added to that makes the zero positive.
    private string MaxOfZero(string x) => $"({_width.Class}.MaxNative({TypeOf(ValueKind.Float)}.Zero, {x}) + {TypeOf(ValueKind.Float)}.Zero)";

    private static string Arguments(CallExpression call, Func<Expression, string> atom) => string.Join(", ", call.Arguments.Select(atom));

    private string MaskFor(ValueKind kind, string mask) => kind == ValueKind.Float ? $"{_width.Class}.AsSingle({mask})" : mask;
}
