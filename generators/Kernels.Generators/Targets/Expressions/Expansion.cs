using Kernels.Generators.Specs;
using static Kernels.Generators.Targets.Expressions.Build;

namespace Kernels.Generators.Targets.Expressions;

/// <summary>
/// Rewriting rules on operations whose operands are atoms: functions expressed by others, and integer division made total.
/// </summary>
internal static class Expansion
{
    /// <summary>Integer division whose divisor is neither 0 nor −1.</summary>
    public const string SafeDivide = "safe/";

    /// <summary>Integer remainder whose divisor is neither 0 nor −1.</summary>
    public const string SafeRemainder = "safe%";

    /// <summary>Rules every target shares; returns <paramref name="operation"/> itself where none applies.</summary>
    public static Expression Expand(Expression operation) => operation switch
    {
        BinaryExpression { Kind: ValueKind.Int, Operator: "/" or "%" } division => Divide(division),
        CallExpression call => Call(call),
        _ => operation,
    };

    /// <summary>
    /// Division and remainder by a power of two (of either sign) as shifts that round towards zero; the operation itself
    /// where the divisor is no such literal.
    /// </summary>
    public static Expression ByShifts(BinaryExpression division)
    {
        if (division.Operator is not ("/" or "%") || !IsInt(division.Right, out var divisor) || divisor == 0) return division;
        var dividend = division.Left;
        Expression quotient;
        if (divisor == int.MinValue)
        {
            quotient = Choose(Compare(dividend, "==", Int(int.MinValue)), Int(1), Int(0));
        }
        else
        {
            var power = Power(Math.Abs(divisor));
            if (power < 0) return division;
            var bias = Arithmetic(Arithmetic(dividend, ">>", Int(31)), "&", Int((1 << power) - 1));
            quotient = power == 0 ? dividend : Arithmetic(Arithmetic(dividend, "+", bias), ">>", Int(power));
            if (divisor < 0) quotient = Negate(quotient);
        }

        return division.Operator == "/" ? quotient : Arithmetic(dividend, "-", Arithmetic(quotient, "*", division.Right));
    }

    // The exponent of a power of two, or −1.
    private static int Power(int value)
    {
        if ((value & (value - 1)) != 0) return -1;
        var power = 0;
        while (1 << power != value) power++;
        return power;
    }

    private static Expression Divide(BinaryExpression division)
    {
        var (dividend, divisor) = (division.Left, division.Right);
        var quotient = division.Operator == "/";
        if (IsInt(divisor, out var constant))
        {
            return constant switch
            {
                -1 => quotient ? Negate(dividend) : Int(0),
                0 or 1 => quotient ? dividend : Int(0),
                _ => Arithmetic(dividend, quotient ? SafeDivide : SafeRemainder, divisor),
            };
        }

        var minusOne = Compare(divisor, "==", Int(-1));
        var safe = Choose(Compare(Compare(divisor, "==", Int(0)), "||", minusOne), Int(1), divisor);
        return quotient
            ? Choose(minusOne, Negate(dividend), Arithmetic(dividend, SafeDivide, safe))
            : Arithmetic(dividend, SafeRemainder, safe);
    }

    private static Expression Call(CallExpression call)
    {
        var x = call.Arguments[0];
        return call.Function switch
        {
            "Clamp" => Choose(Compare(x, "<", call.Arguments[1]), call.Arguments[1],
                Choose(Compare(x, ">", call.Arguments[2]), call.Arguments[2], x)),
            "Sign" => Choose(Compare(x, ">", Zero(x.Kind)), Int(1), Choose(Compare(x, "<", Zero(x.Kind)), Int(-1), Int(0))),
            "Abs" when call.Kind == ValueKind.Int => Choose(Compare(x, "<", Int(0)), Negate(x), x),
            "Log10" => Arithmetic(Build.Call("Log", x), "*", Float(0.4342944819f)),
            "Tan" => Arithmetic(Build.Call("Sin", x), "/", Build.Call("Cos", x)),
            "Tanh" => Tanh(x),
            "Pow" when call.Arguments[1] == Float(2) => Arithmetic(x, "*", x),
            _ => call,
        };
    }

    private static Expression Zero(ValueKind kind) => kind == ValueKind.Int ? Int(0) : Float(0);

    // The rational form loses its leading digits near 0, where the odd polynomial of Cephes' tanhf takes over.
    private static Expression Tanh(Expression x)
    {
        var magnitude = Build.Call("Abs", x);
        var square = Arithmetic(x, "*", x);
        Expression polynomial = Float(-5.70498872745e-3f);
        foreach (var coefficient in new[] { 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f, -3.33332819422e-1f })
            polynomial = Arithmetic(Arithmetic(polynomial, "*", square), "+", Float(coefficient));
        var near = Arithmetic(Arithmetic(Arithmetic(polynomial, "*", square), "*", x), "+", x);
        var exponential = Build.Call("Exp", Arithmetic(magnitude, "+", magnitude));
        var far = Arithmetic(Float(1), "-", Arithmetic(Float(2), "/", Arithmetic(exponential, "+", Float(1))));
        return Choose(Compare(magnitude, "<", Float(0.625f)), near, Choose(Compare(x, "<", Float(0)), Negate(far), far));
    }
}
