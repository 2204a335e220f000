using Kernels.Generators.Emission;

namespace Kernels.Generators.Targets.Expressions;

/// <summary>An expression as C#: declarations of named locals, and the value that uses them.</summary>
internal sealed record PrintedExpression(IReadOnlyList<string> Statements, string Value)
{
    /// <summary>Writes the declarations, then the line that <paramref name="use"/> makes of the value.</summary>
    public void Write(SourceWriter writer, Func<string, string> use)
    {
        foreach (var statement in Statements) writer.Line(statement);
        writer.Line(use(Value));
    }
}
