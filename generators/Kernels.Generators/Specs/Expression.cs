namespace Kernels.Generators.Specs;

/// <summary>
/// The body of an inlined user method (mask, score, epilogue) as a pure expression: if/return chains have become
/// conditionals, calls of other user methods have been inlined, and shared values are <see cref="LetExpression"/>s.
/// Each target prints it in its own way.
/// </summary>
/// <remarks>
/// Evaluation is total, so that targets may evaluate any part eagerly: where C# would throw (integer division by zero,
/// <c>int.MinValue / -1</c>, <c>Math.Abs(int.MinValue)</c>) the result is some value of the right kind.
/// </remarks>
internal abstract record Expression(ValueKind Kind);

/// <summary>A constant; <paramref name="Text"/> is C# source such as <c>1024</c>, <c>0.5f</c> or <c>true</c>.</summary>
internal sealed record LiteralExpression(ValueKind Kind, string Text) : Expression(Kind);

/// <summary>The user method's parameter number <paramref name="Index"/>.</summary>
internal sealed record ParameterExpression(ValueKind Kind, int Index, string Name) : Expression(Kind);

/// <summary><paramref name="Body"/> with shared values; each of <paramref name="Values"/> may use those before it.</summary>
internal sealed record LetExpression(ValueKind Kind, EquatableArray<Expression> Values, Expression Body) : Expression(Kind);

/// <summary>Value number <paramref name="Index"/> of the enclosing <see cref="LetExpression"/>; they do not nest.</summary>
internal sealed record LocalExpression(ValueKind Kind, int Index) : Expression(Kind);

/// <summary>An operator with one operand: <c>-</c>, <c>!</c> or <c>~</c>.</summary>
internal sealed record UnaryExpression(ValueKind Kind, string Operator, Expression Operand) : Expression(Kind);

/// <summary>
/// An operator with two operands: <c>+ - * / % &amp; | ^ &lt;&lt; &gt;&gt; &gt;&gt;&gt; == != &lt; &lt;= &gt; &gt;= &amp;&amp; ||</c>.
/// Operands have equal kinds; <c>%</c>, <c>&amp;</c>, <c>|</c>, <c>^</c> and shifts are never applied to floats.
/// </summary>
internal sealed record BinaryExpression(ValueKind Kind, string Operator, Expression Left, Expression Right) : Expression(Kind);

/// <summary><c>Condition ? WhenTrue : WhenFalse</c>.</summary>
internal sealed record ConditionalExpression(ValueKind Kind, Expression Condition, Expression WhenTrue, Expression WhenFalse)
    : Expression(Kind);

/// <summary>
/// A call of a <c>MathF</c>/<c>Math</c> function by its name there, one of <c>Abs Min Max Clamp Sign</c> (int or float) and
/// <c>Exp Log Log2 Log10 Sqrt Pow Sin Cos Tan Tanh Floor Ceiling Truncate Round</c> (float).
/// </summary>
internal sealed record CallExpression(ValueKind Kind, string Function, EquatableArray<Expression> Arguments) : Expression(Kind);

/// <summary>A numeric cast to <see cref="Expression.Kind"/>; float to int truncates, saturates, and maps NaN to 0.</summary>
internal sealed record ConvertExpression(ValueKind Kind, Expression Operand) : Expression(Kind);
