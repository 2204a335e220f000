using Kernels.Generators.Specs;
using static Kernels.Generators.Targets.Expressions.Build;

namespace Kernels.Generators.Targets.Expressions;

/// <summary>Folds operations whose operands inlining has made constant. Never changes a value, a NaN or the sign of a zero.</summary>
internal static class Simplification
{
    /// <summary>A simpler expression of the same value, or <paramref name="operation"/> itself.</summary>
    public static Expression Simplify(Expression operation) => operation switch
    {
        UnaryExpression unary => Unary(unary),
        BinaryExpression { Kind: ValueKind.Bool, Left.Kind: ValueKind.Bool } logical => Logical(logical),
        BinaryExpression { Left.Kind: ValueKind.Int } binary when IsInt(binary.Left, out var left) && IsInt(binary.Right, out var right) =>
            Integers(binary, left, right),
        BinaryExpression { Left.Kind: ValueKind.Float } binary when IsFloat(binary.Left, out var left) && IsFloat(binary.Right, out var right) =>
            Floats(binary, left, right),
        ConditionalExpression conditional => Conditional(conditional),
        ConvertExpression { Kind: ValueKind.Float } convert when IsInt(convert.Operand, out var value) => Float(value),
        ConvertExpression { Kind: ValueKind.Int } convert when IsFloat(convert.Operand, out var value) => Int(Saturate(value)),
        _ => operation,
    };

    private static int Saturate(float value) => value switch
    {
        >= 2147483648f => int.MaxValue,
        < -2147483648f => int.MinValue,
        _ => float.IsNaN(value) ? 0 : (int)value,
    };

    private static Expression Unary(UnaryExpression unary) => unary switch
    {
        { Operator: "!", Operand: LiteralExpression literal } => Bool(literal.Text != "true"),
        { Operator: "-" } when IsInt(unary.Operand, out var value) => Int(unchecked(-value)),
        { Operator: "-" } when IsFloat(unary.Operand, out var value) => Float(-value),
        { Operator: "~" } when IsInt(unary.Operand, out var value) => Int(~value),
        _ => unary,
    };

    private static Expression Logical(BinaryExpression binary)
    {
        var (left, right) = (binary.Left, binary.Right);
        return binary.Operator switch
        {
            "&&" or "&" when left == True || left == right => right,
            "&&" or "&" when right == True => left,
            "&&" or "&" when left == False || right == False => False,
            "||" or "|" when left == False || left == right => right,
            "||" or "|" when right == False => left,
            "||" or "|" when left == True || right == True => True,
            _ => binary,
        };
    }

    private static Expression Integers(BinaryExpression binary, int left, int right) => unchecked(binary.Operator switch
    {
        "+" => Int(left + right),
        "-" => Int(left - right),
        "*" => Int(left * right),
        "&" => Int(left & right),
        "|" => Int(left | right),
        "^" => Int(left ^ right),
        "<<" => Int(left << right),
        ">>" => Int(left >> right),
        ">>>" => Int((int)((uint)left >> right)),
        "/" when right is not 0 and not -1 => Int(left / right),
        "%" when right is not 0 and not -1 => Int(left % right),
        "==" => Bool(left == right),
        "!=" => Bool(left != right),
        "<" => Bool(left < right),
        "<=" => Bool(left <= right),
        ">" => Bool(left > right),
        ">=" => Bool(left >= right),
        _ => binary,
    });

    // C# folds these too, and then refuses to cast what is outside the range of int. The cast rounds on hosts that compute wider.
    private static Expression Floats(BinaryExpression binary, float left, float right) => binary.Operator switch
    {
        "+" => Float((float)(left + right)),
        "-" => Float((float)(left - right)),
        "*" => Float((float)(left * right)),
        "/" => Float((float)(left / right)),
        "==" => Bool(left == right),
        "!=" => Bool(left != right),
        "<" => Bool(left < right),
        "<=" => Bool(left <= right),
        ">" => Bool(left > right),
        ">=" => Bool(left >= right),
        _ => binary,
    };

    private static Expression Conditional(ConditionalExpression conditional)
    {
        var (condition, whenTrue, whenFalse) = (conditional.Condition, conditional.WhenTrue, conditional.WhenFalse);
        if (condition == True || whenTrue == whenFalse) return whenTrue;
        if (condition == False) return whenFalse;
        if (conditional.Kind != ValueKind.Bool) return conditional;
        if (whenTrue == True) return Compare(condition, "||", whenFalse);
        if (whenFalse == False) return Compare(condition, "&&", whenTrue);
        if (whenTrue == False) return Compare(Not(condition), "&&", whenFalse);
        if (whenFalse == True) return Compare(Not(condition), "||", whenTrue);
        return conditional;
    }
}
