using System.Globalization;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Expressions;

/// <summary>Short constructors of expressions, for rewriting rules and for the parser.</summary>
internal static class Build
{
    public static readonly LiteralExpression True = new(ValueKind.Bool, "true");
    public static readonly LiteralExpression False = new(ValueKind.Bool, "false");

    public static LiteralExpression Bool(bool value) => value ? True : False;

    public static LiteralExpression Int(int value) => new(ValueKind.Int, value.ToString(CultureInfo.InvariantCulture));

    public static LiteralExpression Float(float value) => new(ValueKind.Float, FloatText(value));

    public static Expression Negate(Expression operand) => new UnaryExpression(operand.Kind, "-", operand);

    public static Expression Not(Expression operand) => new UnaryExpression(ValueKind.Bool, "!", operand);

    /// <summary>Arithmetic: the result has the operands' kind.</summary>
    public static Expression Arithmetic(Expression left, string @operator, Expression right) =>
        new BinaryExpression(left.Kind, @operator, left, right);

    public static Expression Compare(Expression left, string @operator, Expression right) =>
        new BinaryExpression(ValueKind.Bool, @operator, left, right);

    public static Expression Choose(Expression condition, Expression whenTrue, Expression whenFalse) =>
        new ConditionalExpression(whenTrue.Kind, condition, whenTrue, whenFalse);

    public static Expression Call(string function, params Expression[] arguments) =>
        new CallExpression(arguments[0].Kind, function, new(arguments));

    /// <summary>The value of an int literal.</summary>
    public static bool IsInt(Expression expression, out int value)
    {
        value = 0;
        return expression is LiteralExpression { Kind: ValueKind.Int } literal
            && int.TryParse(literal.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The value of a float literal.</summary>
    public static bool IsFloat(Expression expression, out float value)
    {
        value = 0;
        if (expression is not LiteralExpression { Kind: ValueKind.Float } literal) return false;
        value = literal.Text switch
        {
            "float.NaN" => float.NaN,
            "float.PositiveInfinity" => float.PositiveInfinity,
            "float.NegativeInfinity" => float.NegativeInfinity,
            "-0f" => -0f,
            _ => float.Parse(literal.Text.TrimEnd('f'), CultureInfo.InvariantCulture),
        };
        return true;
    }

    private static string FloatText(float value)
    {
        if (float.IsNaN(value)) return "float.NaN";
        if (float.IsInfinity(value)) return value > 0 ? "float.PositiveInfinity" : "float.NegativeInfinity";

        // The shortest text that reads back the same; "R" alone is not trusted on every host the compiler runs in.
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (float.Parse(text, CultureInfo.InvariantCulture) != value) text = value.ToString("G9", CultureInfo.InvariantCulture);
        return (value == 0 && 1 / value < 0 ? "-0" : text) + "f";
    }
}
