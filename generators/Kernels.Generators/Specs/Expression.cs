namespace Kernels.Generators.Specs;

/// <summary>
/// The body of an inlined user method (mask, score, epilogue) as a pure expression: locals are substituted and
/// if/return chains have become conditionals. Each target prints it in its own way.
/// </summary>
internal abstract record Expression(ValueKind Kind);

/// <summary>A constant; <paramref name="Text"/> is C# source such as <c>1024</c>, <c>0.5f</c> or <c>true</c>.</summary>
internal sealed record LiteralExpression(ValueKind Kind, string Text) : Expression(Kind);

/// <summary>The user method's parameter number <paramref name="Index"/>.</summary>
internal sealed record ParameterExpression(ValueKind Kind, int Index, string Name) : Expression(Kind);

/// <summary>An operator with one operand: <c>-</c>, <c>!</c> or <c>~</c>.</summary>
internal sealed record UnaryExpression(ValueKind Kind, string Operator, Expression Operand) : Expression(Kind);

/// <summary>
/// An operator with two operands: <c>+ - * / % &amp; | ^ &lt;&lt; &gt;&gt; == != &lt; &lt;= &gt; &gt;= &amp;&amp; ||</c>.
/// Operands of arithmetic and comparisons have equal kinds.
/// </summary>
internal sealed record BinaryExpression(ValueKind Kind, string Operator, Expression Left, Expression Right) : Expression(Kind);

/// <summary><c>Condition ? WhenTrue : WhenFalse</c>.</summary>
internal sealed record ConditionalExpression(ValueKind Kind, Expression Condition, Expression WhenTrue, Expression WhenFalse)
    : Expression(Kind);

/// <summary>A call of a <c>MathF</c>/<c>Math</c> function by its name there, such as <c>Exp</c>, <c>Abs</c>, <c>Max</c>, <c>Tanh</c>.</summary>
internal sealed record CallExpression(ValueKind Kind, string Function, EquatableArray<Expression> Arguments) : Expression(Kind);

/// <summary>A numeric cast to <see cref="Expression.Kind"/>.</summary>
internal sealed record ConvertExpression(ValueKind Kind, Expression Operand) : Expression(Kind);
