using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using Microsoft.CodeAnalysis;

namespace Kernels.Generators.Parsing.Lowering;

/// <summary>
/// What is known at one point of a method: the value of each variable, and under which condition the method has already
/// returned which value. Control flow becomes data: branches are run one after the other from copies and then merged.
/// </summary>
internal sealed class MethodState
{
    private readonly Dictionary<ISymbol, Expression> _variables;

    public MethodState() => _variables = new(SymbolEqualityComparer.Default);

    private MethodState(MethodState other)
    {
        _variables = new(other._variables, SymbolEqualityComparer.Default);
        Returned = other.Returned;
        Result = other.Result;
    }

    /// <summary>Condition under which the method has returned.</summary>
    public Expression Returned { get; private set; } = Build.False;

    /// <summary>What it returned under that condition; null where it cannot have returned.</summary>
    public Expression? Result { get; private set; }

    /// <summary>Whether nothing after this point is reached.</summary>
    public bool HasEnded => Returned == Build.True;

    /// <summary>The value of a variable; null before its first assignment.</summary>
    public Expression? this[ISymbol variable]
    {
        get => _variables.TryGetValue(variable, out var value) ? value : null;
        set => _variables[variable] = value!;
    }

    public MethodState Copy() => new(this);

    /// <summary>Returns <paramref name="value"/> unless the method has returned before.</summary>
    public void Return(Expression value, Func<Expression, Expression> bind)
    {
        Result = Result is null ? value : bind(Build.Choose(Returned, Result, value));
        Returned = Build.True;
    }

    /// <summary>Continues after an <c>if</c> whose branches ended in the given states.</summary>
    public static MethodState Merge(Expression condition, MethodState whenTrue, MethodState whenFalse, Func<Expression, Expression> bind)
    {
        if (condition == Build.True) return whenTrue;
        if (condition == Build.False) return whenFalse;

        // Variables matter only where the method goes on.
        var merged = whenTrue.HasEnded ? whenFalse.Copy() : whenTrue.Copy();
        if (!whenTrue.HasEnded && !whenFalse.HasEnded)
        {
            foreach (var pair in whenFalse._variables)
            {
                merged._variables[pair.Key] = whenTrue._variables.TryGetValue(pair.Key, out var other)
                    ? Choose(condition, other, pair.Value, bind)
                    : pair.Value;
            }
        }

        merged.Returned = Choose(condition, whenTrue.Returned, whenFalse.Returned, bind);
        merged.Result = whenTrue.Result is null ? whenFalse.Result
            : whenFalse.Result is null ? whenTrue.Result
            : Choose(condition, whenTrue.Result, whenFalse.Result, bind);
        return merged;
    }

    private static Expression Choose(Expression condition, Expression whenTrue, Expression whenFalse, Func<Expression, Expression> bind) =>
        whenTrue == whenFalse ? whenTrue : bind(Build.Choose(condition, whenTrue, whenFalse));
}
