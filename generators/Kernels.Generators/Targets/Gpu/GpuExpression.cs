using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using Kernels.Generators.Targets.Scalar;
using static Kernels.Generators.Targets.Expressions.Build;

namespace Kernels.Generators.Targets.Gpu;

/// <summary>
/// Prints expressions as scalar C# for ILGPU kernels. Division and remainder by a power of two are shifts (ILGPU lowers
/// them wrongly for negative values), and of <c>MathF</c> only Abs, Min, Max, Exp, Log, Log2, Sqrt, Pow, Sin, Cos, Floor and
/// Ceiling are called.
/// </summary>
internal sealed class GpuExpression : ScalarExpression
{
    // A cast of a float outside the range of int, which C# saturates, is undefined in OpenCL.
    private const string InRangeToInt = "(int)";

    /// <summary>The printer.</summary>
    public static new readonly GpuExpression Printer = new();

    private GpuExpression()
    {
    }

    /// <summary>Prints <paramref name="expression"/> with the parameters called <paramref name="argumentNames"/>.</summary>
    public static new PrintedExpression Print(Expression expression, IReadOnlyList<string> argumentNames) =>
        Printer.Print(expression, argumentNames, "t");

    protected override Expression Expand(Expression operation) => operation switch
    {
        BinaryExpression { Kind: ValueKind.Int } binary when Expansion.ByShifts(binary) is var shifts && !ReferenceEquals(shifts, binary) => shifts,
        CallExpression { Function: "Truncate" } call => Truncate(call.Arguments[0]),
        CallExpression { Function: "Round" } call => Round(call.Arguments[0]),
        ConvertExpression { Kind: ValueKind.Int } convert => ToInt(convert.Operand),
        _ => Expansion.Expand(operation),
    };

    protected override string Operation(Expression operation, Func<Expression, string> atom) =>
        operation is CallExpression { Function: InRangeToInt } call ? $"((int){atom(call.Arguments[0])})" : base.Operation(operation, atom);

    private static Expression ToInt(Expression x)
    {
        var inside = new CallExpression(ValueKind.Int, InRangeToInt, new([x]));
        return Choose(Compare(x, ">", Float(-2147483648f)),
            Choose(Compare(x, "<", Float(2147483648f)), inside, Int(int.MaxValue)),
            Choose(Compare(x, "<=", Float(-2147483648f)), Int(int.MinValue), Int(0)));
    }

    private static Expression Truncate(Expression x) =>
        Choose(Compare(x, "<", Float(0)), Call("Ceiling", x), Call("Floor", x));

    // To nearest, ties to even.
    private static Expression Round(Expression x)
    {
        var floor = Call("Floor", x);
        var fraction = Arithmetic(x, "-", floor);
        var half = Arithmetic(floor, "*", Float(0.5f));
        var odd = Compare(half, "!=", Call("Floor", half));
        var up = Compare(Compare(fraction, ">", Float(0.5f)), "||", Compare(Compare(fraction, "==", Float(0.5f)), "&&", odd));
        return Choose(up, Arithmetic(floor, "+", Float(1)), floor);
    }
}
