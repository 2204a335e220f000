using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Expressions;

/// <summary>
/// An expression as a list of operations on atoms (literals, parameters, results of earlier operations), equal operations
/// listed once. Linear in the size of the expression however often its locals are shared.
/// </summary>
internal sealed class FlatExpression
{
    private readonly Func<Expression, Expression> _expand;
    private readonly Dictionary<Expression, Temporary> _known = [];
    private readonly List<Expression> _locals = [];
    private readonly List<Expression> _operations = [];

    /// <summary>Flattens <paramref name="expression"/>.</summary>
    /// <param name="expression">What to flatten.</param>
    /// <param name="expand">Rewrites an operation on atoms into others the target can print, or returns it as it is.</param>
    public FlatExpression(Expression expression, Func<Expression, Expression> expand)
    {
        _expand = expand;
        if (expression is LetExpression let)
        {
            foreach (var value in let.Values) _locals.Add(Visit(value));
            expression = let.Body;
        }

        Result = Visit(expression);
        Uses = new int[_operations.Count];
        Count(Result);
        for (var i = _operations.Count - 1; i >= 0; i--)
        {
            if (Uses[i] == 0) continue;
            foreach (var operand in Operands(_operations[i])) Count(operand);
        }
    }

    /// <summary>The operations in the order of evaluation.</summary>
    public IReadOnlyList<Expression> Operations => _operations;

    /// <summary>How often each operation's result is read; 0 for operations that simplification left behind.</summary>
    public int[] Uses { get; }

    /// <summary>The atom that holds the value of the whole.</summary>
    public Expression Result { get; }

    /// <summary>Whether the value depends on parameter number <paramref name="index"/>.</summary>
    public bool Reads(int index) => Operations.Where((_, i) => Uses[i] > 0).SelectMany(Operands).Append(Result)
        .Any(atom => atom is ParameterExpression parameter && parameter.Index == index);

    private void Count(Expression atom)
    {
        if (atom is Temporary temporary) Uses[temporary.Index]++;
    }

    private static IEnumerable<Expression> Operands(Expression operation) => operation switch
    {
        UnaryExpression unary => [unary.Operand],
        BinaryExpression binary => [binary.Left, binary.Right],
        ConditionalExpression conditional => [conditional.Condition, conditional.WhenTrue, conditional.WhenFalse],
        CallExpression call => call.Arguments,
        ConvertExpression convert => [convert.Operand],
        _ => [],
    };

    private Expression Visit(Expression expression)
    {
        return expression switch
        {
            LiteralExpression or ParameterExpression or Temporary => expression,
            LocalExpression local => _locals[local.Index],
            UnaryExpression unary => Bind(unary with { Operand = Visit(unary.Operand) }),
            BinaryExpression binary => Bind(binary with { Left = Visit(binary.Left), Right = Visit(binary.Right) }),
            ConditionalExpression conditional => Bind(conditional with
            {
                Condition = Visit(conditional.Condition),
                WhenTrue = Visit(conditional.WhenTrue),
                WhenFalse = Visit(conditional.WhenFalse),
            }),
            CallExpression call => Bind(call with { Arguments = new(call.Arguments.Select(Visit).ToArray()) }),
            ConvertExpression convert => Bind(convert with { Operand = Visit(convert.Operand) }),
            _ => throw new InvalidOperationException($"No rule for {expression.GetType().Name}."),
        };
    }

    private Expression Bind(Expression operation)
    {
        var simple = Simplification.Simplify(operation);
        if (!ReferenceEquals(simple, operation)) return Visit(simple);
        var expanded = _expand(operation);
        if (!ReferenceEquals(expanded, operation)) return Visit(expanded);
        if (_known.TryGetValue(operation, out var known)) return known;
        var result = new Temporary(operation.Kind, _operations.Count);
        _operations.Add(operation);
        _known.Add(operation, result);
        return result;
    }
}
