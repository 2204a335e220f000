using System.Globalization;
using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Kernels.Generators.Parsing.Lowering;

/// <summary>Turns C# expressions into <see cref="Expression"/>s, given the values of the variables at that point.</summary>
internal sealed class ExpressionLowering
{
    private readonly MethodLowering _method;
    private readonly MethodState _state;

    public ExpressionLowering(MethodLowering method, MethodState state)
    {
        _method = method;
        _state = state;
    }

    /// <summary>The refusal of a construct, at its place.</summary>
    public static Refusal Unsupported(IOperation operation) => operation switch
    {
        IInvalidOperation => new Refusal(null, null),
        IThrowOperation => new Refusal(KernelDiagnostics.Throws, operation.Syntax.GetLocation()),
        IExpressionStatementOperation statement => Unsupported(statement.Operation),
        _ => new Refusal(KernelDiagnostics.UnsupportedConstruct, operation.Syntax.GetLocation(), Describe(operation)),
    };

    /// <summary>Lowers <paramref name="operation"/>.</summary>
    public Expression Lower(IOperation operation)
    {
        _method.Count(operation);
        if (operation is IInvalidOperation || operation.Type is { TypeKind: TypeKind.Error }) throw new Refusal(null, null);
        if (operation is IThrowOperation) throw Unsupported(operation);
        if (ValueKinds.Of(operation.Type) is not { } kind)
        {
            throw operation.Type is null or { SpecialType: SpecialType.System_Void }
                ? Unsupported(operation)
                : new Refusal(KernelDiagnostics.UnsupportedType, operation.Syntax.GetLocation(), operation.Type.ToDisplayString());
        }

        if (operation.ConstantValue is { HasValue: true, Value: { } constant }) return Literal(constant);
        return operation switch
        {
            IParameterReferenceOperation reference => Variable(reference.Parameter),
            ILocalReferenceOperation reference => Variable(reference.Local),
            IFieldReferenceOperation reference => _method.Field(reference.Field, reference.Syntax.GetLocation()),
            IPropertyReferenceOperation { Property: { IsStatic: true, GetMethod: { } getter } } reference =>
                _method.Call(getter, [], reference.Syntax.GetLocation()),
            IUnaryOperation unary => Unary(unary),
            IBinaryOperation binary => Binary(binary, kind, binary.OperatorKind, Lower(binary.LeftOperand), Lower(binary.RightOperand),
                binary.OperatorMethod, binary.IsLifted, binary.IsChecked),
            IConversionOperation conversion => Convert(conversion, kind, Lower(conversion.Operand)),
            IConditionalOperation { WhenFalse: { } whenFalse } conditional =>
                Build.Choose(Lower(conditional.Condition), Lower(conditional.WhenTrue), Lower(whenFalse)),
            IInvocationOperation invocation => Invoke(invocation),
            ISwitchExpressionOperation choice => Switch(choice),
            IIsPatternOperation match => Match(_method.Bind(Lower(match.Value)), match.Pattern),
            IParenthesizedOperation parenthesized => Lower(parenthesized.Operand),
            _ => throw Unsupported(operation),
        };
    }

    /// <summary>The value that <c>target op= value</c> stores.</summary>
    public Expression Compound(ICompoundAssignmentOperation assignment)
    {
        // byte and the like are converted on the way in and out; only the three kinds pass without.
        if (assignment.InConversion is { IsIdentity: false } @in && @in.MethodSymbol is not null) throw Unsupported(assignment);
        var left = Lower(assignment.Target);
        var right = Lower(assignment.Value);
        var operand = assignment.OperatorMethod is null && right.Kind == ValueKind.Float && left.Kind == ValueKind.Int
            ? new ConvertExpression(ValueKind.Float, left)
            : left;
        var value = Binary(assignment, operand.Kind, assignment.OperatorKind, operand, right,
            assignment.OperatorMethod, assignment.IsLifted, assignment.IsChecked);
        if (value.Kind == left.Kind) return value;
        if (assignment.IsChecked) throw new Refusal(KernelDiagnostics.CheckedArithmetic, assignment.Syntax.GetLocation());
        return new ConvertExpression(left.Kind, value);
    }

    /// <summary>The value that <c>target++</c> or <c>target--</c> stores.</summary>
    public Expression Step(IIncrementOrDecrementOperation step)
    {
        var target = Lower(step.Target);
        if (step.OperatorMethod is not null || step.IsLifted || target.Kind == ValueKind.Bool) throw Unsupported(step);
        RefuseChecked(step, step.IsChecked && target.Kind == ValueKind.Int);
        return Build.Arithmetic(
            target, step.Kind == OperationKind.Increment ? "+" : "-", target.Kind == ValueKind.Int ? Build.Int(1) : Build.Float(1));
    }

    /// <summary>The condition under which <paramref name="value"/>, an atom, matches <paramref name="pattern"/>.</summary>
    public Expression Match(Expression value, IPatternOperation pattern)
    {
        _method.Count(pattern);
        return pattern switch
        {
            IDiscardPatternOperation => Build.True,
            IConstantPatternOperation constant => Same(value, Lower(constant.Value), pattern),
            IRelationalPatternOperation relational => Build.Compare(value, Symbol(relational.OperatorKind)!, Lower(relational.Value)),
            INegatedPatternOperation negated => Build.Not(Match(value, negated.Pattern)),
            IBinaryPatternOperation binary => Build.Compare(
                Match(value, binary.LeftPattern), binary.OperatorKind == BinaryOperatorKind.Or ? "||" : "&&", Match(value, binary.RightPattern)),
            _ => throw Unsupported(pattern),
        };
    }

    // A NaN pattern matches NaN, unlike the operator.
    private static Expression Same(Expression value, Expression constant, IOperation pattern)
    {
        if (value.Kind != constant.Kind) throw Unsupported(pattern);
        return constant == Build.Float(float.NaN) ? Build.Compare(value, "!=", value) : Build.Compare(value, "==", constant);
    }

    private static Expression Literal(object constant) => constant switch
    {
        bool value => Build.Bool(value),
        int value => Build.Int(value),
        float value => Build.Float(value),
        _ => throw new Refusal(null, null),
    };

    // Reading a variable before its assignment is the compiler's to report.
    private Expression Variable(ISymbol variable) => _state[variable] ?? throw new Refusal(null, null);

    private Expression Unary(IUnaryOperation unary)
    {
        var operand = Lower(unary.Operand);
        if (unary.OperatorMethod is not null || unary.IsLifted) throw Unsupported(unary);
        RefuseChecked(unary, unary.IsChecked && operand.Kind == ValueKind.Int);
        return unary.OperatorKind switch
        {
            UnaryOperatorKind.Plus => operand,
            UnaryOperatorKind.Minus => new UnaryExpression(operand.Kind, "-", operand),
            UnaryOperatorKind.Not => Build.Not(operand),
            UnaryOperatorKind.BitwiseNegation when operand.Kind == ValueKind.Int => new UnaryExpression(operand.Kind, "~", operand),
            UnaryOperatorKind.BitwiseNegation when operand.Kind == ValueKind.Bool => Build.Not(operand),
            _ => throw Unsupported(unary),
        };
    }

    private static Expression Binary(
        IOperation operation, ValueKind kind, BinaryOperatorKind @operator, Expression left, Expression right,
        IMethodSymbol? method, bool isLifted, bool isChecked)
    {
        if (method is not null || isLifted || left.Kind != right.Kind) throw Unsupported(operation);
        RefuseChecked(operation, isChecked && left.Kind == ValueKind.Int && @operator is BinaryOperatorKind.Add or BinaryOperatorKind.Subtract or BinaryOperatorKind.Multiply);
        if (Symbol(@operator) is not { } symbol) throw Unsupported(operation);

        // fmod has no vector form, and one written with a quotient would round differently.
        if (symbol == "%" && left.Kind == ValueKind.Float) throw Unsupported(operation);
        return new BinaryExpression(kind, symbol, left, right);
    }

    private static Expression Convert(IConversionOperation conversion, ValueKind kind, Expression operand)
    {
        if (conversion.OperatorMethod is not null || conversion.IsTryCast) throw Unsupported(conversion);
        if (operand.Kind == kind) return operand;
        if (operand.Kind == ValueKind.Bool || kind == ValueKind.Bool) throw Unsupported(conversion);
        RefuseChecked(conversion, conversion.IsChecked && kind == ValueKind.Int);
        return new ConvertExpression(kind, operand);
    }

    private Expression Invoke(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        var where = invocation.Syntax.GetLocation();
        if (!method.IsStatic || invocation.Instance is not null || method.MethodKind != MethodKind.Ordinary || method.IsVirtual || method.IsAbstract)
            throw Unsupported(invocation);
        var arguments = new Expression[method.Parameters.Length];
        foreach (var argument in invocation.Arguments)
        {
            if (argument.Parameter is not { RefKind: RefKind.None, Ordinal: var ordinal } || argument.ArgumentKind == ArgumentKind.ParamArray)
                throw Unsupported(invocation);
            arguments[ordinal] = Lower(argument.Value);
        }

        if (LibraryFunctions.Covers(method))
            return LibraryFunctions.Lower(method, arguments.Select(_method.Bind).ToArray())
                ?? throw new Refusal(KernelDiagnostics.UnsupportedFunction, where, $"{method.ContainingType.Name}.{method.Name}", LibraryFunctions.Names);
        if (method.IsGenericMethod || method.ContainingType.IsGenericType) throw Unsupported(invocation);
        return _method.Call(method, arguments, where);
    }

    private Expression Switch(ISwitchExpressionOperation choice)
    {
        var value = _method.Bind(Lower(choice.Value));
        Expression? result = null;
        foreach (var arm in choice.Arms.Reverse())
        {
            var match = Match(value, arm.Pattern);
            if (arm.Guard is not null) match = Build.Compare(match, "&&", Lower(arm.Guard));
            var selected = Lower(arm.Value);

            // Where no arm matches C# throws; a kernel takes the last one.
            result = result is null ? selected : _method.Bind(Build.Choose(_method.Bind(match), selected, result));
        }

        return result ?? throw Unsupported(choice);
    }

    private static void RefuseChecked(IOperation operation, bool isChecked)
    {
        if (isChecked) throw new Refusal(KernelDiagnostics.CheckedArithmetic, operation.Syntax.GetLocation());
    }

    private static string? Symbol(BinaryOperatorKind @operator) => @operator switch
    {
        BinaryOperatorKind.Add => "+",
        BinaryOperatorKind.Subtract => "-",
        BinaryOperatorKind.Multiply => "*",
        BinaryOperatorKind.Divide => "/",
        BinaryOperatorKind.Remainder => "%",
        BinaryOperatorKind.And => "&",
        BinaryOperatorKind.Or => "|",
        BinaryOperatorKind.ExclusiveOr => "^",
        BinaryOperatorKind.LeftShift => "<<",
        BinaryOperatorKind.RightShift => ">>",
        BinaryOperatorKind.UnsignedRightShift => ">>>",
        BinaryOperatorKind.ConditionalAnd => "&&",
        BinaryOperatorKind.ConditionalOr => "||",
        BinaryOperatorKind.Equals => "==",
        BinaryOperatorKind.NotEquals => "!=",
        BinaryOperatorKind.LessThan => "<",
        BinaryOperatorKind.LessThanOrEqual => "<=",
        BinaryOperatorKind.GreaterThan => ">",
        BinaryOperatorKind.GreaterThanOrEqual => ">=",
        _ => null,
    };

    private static string Describe(IOperation operation) => operation switch
    {
        ILoopOperation => "A loop",
        ISimpleAssignmentOperation or ICompoundAssignmentOperation or IIncrementOrDecrementOperation => "An assignment inside an expression or to something other than a local",
        IInvocationOperation { TargetMethod.IsGenericMethod: true } => "A generic call",
        IInvocationOperation { TargetMethod.MethodKind: MethodKind.LocalFunction } => "A local function",
        IInvocationOperation { TargetMethod.IsStatic: false } => "A call on an instance",
        IInvocationOperation => "This call",
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Remainder } or ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Remainder } =>
            "The float remainder",
        ITryOperation => "A try statement",
        ILocalFunctionOperation => "A local function",
        IBranchOperation => "A goto or a break from within a nested statement",
        IPropertyReferenceOperation => "An instance property",
        _ => string.Format(CultureInfo.InvariantCulture, "'{0}'", Shorten(operation.Syntax.ToString())),
    };

    private static string Shorten(string text)
    {
        var line = text.Split('\n')[0].TrimEnd();
        return line.Length <= 40 ? line : line.Substring(0, 37) + "...";
    }
}
