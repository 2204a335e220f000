using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Expressions;

/// <summary>The result of operation number <paramref name="Index"/> of a <see cref="FlatExpression"/>.</summary>
internal sealed record Temporary(ValueKind Kind, int Index) : Expression(Kind);
