using System.Runtime.CompilerServices;
using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Kernels.Generators.Parsing.Lowering;

/// <summary>
/// Turns a user method into one pure expression: its statements are run on symbolic values, and the methods it calls are run
/// in turn. Values of variables become shared values, so the result is linear in the size of the source.
/// </summary>
internal sealed class MethodLowering
{
    private const int MostOperations = 2000;

    private readonly Compilation _compilation;
    private readonly Findings _findings;
    private readonly CancellationToken _cancellation;
    private readonly List<Expression> _values = [];
    private readonly Stack<IMethodSymbol> _calls = [];
    private readonly HashSet<IFieldSymbol> _fields = new(SymbolEqualityComparer.Default);
    private int _operations;

    public MethodLowering(Compilation compilation, Findings findings, CancellationToken cancellation)
    {
        _compilation = compilation;
        _findings = findings;
        _cancellation = cancellation;
    }

    /// <summary>The parameters of <paramref name="method"/>, whose types have been checked.</summary>
    public static IEnumerable<ParameterExpression> Parameters(IMethodSymbol method) =>
        method.Parameters.Select(parameter => new ParameterExpression(ValueKinds.Of(parameter.Type)!.Value, parameter.Ordinal, parameter.Name));

    /// <summary>
    /// The body of <paramref name="method"/>; null, with a finding, where it cannot be inlined. Findings outside the source
    /// are placed at <paramref name="fallback"/>.
    /// </summary>
    public Expression? Lower(IMethodSymbol method, Location fallback)
    {
        try
        {
            var body = Call(method, Parameters(method).ToArray(), fallback);
            return _values.Count == 0 ? body : new LetExpression(body.Kind, new(_values), body);
        }
        catch (InsufficientExecutionStackException)
        {
            _findings.Add(KernelDiagnostics.TooLarge, fallback, method.Name, MostOperations);
            return null;
        }
        catch (Refusal refusal)
        {
            if (refusal.Descriptor is null) _findings.RefuseSilently();
            else _findings.Add(refusal.Descriptor, refusal.Location ?? fallback, refusal.Arguments);
            return null;
        }
    }

    /// <summary>Runs <paramref name="method"/> on the given arguments.</summary>
    public Expression Call(IMethodSymbol method, Expression[] arguments, Location where)
    {
        method = method.PartialImplementationPart ?? method;
        if (_calls.Contains(method, SymbolEqualityComparer.Default))
        {
            var path = string.Join(" → ", _calls.Reverse().Append(method).Select(call => call.Name));
            throw new Refusal(KernelDiagnostics.Recursion, where, method.Name, path);
        }

        if (method.IsAsync) throw new Refusal(KernelDiagnostics.UnsupportedConstruct, where, $"The async method '{method.Name}'");
        var state = new MethodState();
        for (var i = 0; i < arguments.Length; i++) state[method.Parameters[i]] = Bind(arguments[i]);
        _calls.Push(method);
        state = new StatementLowering(this, state).Run(Body(method, where));
        _calls.Pop();

        // A body that cannot end without returning is the compiler's to enforce.
        return state.Result ?? throw new Refusal(null, null);
    }

    /// <summary>The operation tree of <paramref name="syntax"/>.</summary>
    public IOperation Operation(SyntaxNode syntax)
    {
        _cancellation.ThrowIfCancellationRequested();
        return _compilation.GetSemanticModel(syntax.SyntaxTree).GetOperation(syntax, _cancellation) ?? throw new Refusal(null, null);
    }

    /// <summary>Gives a value a name unless it is as short as one, so that sharing it copies nothing.</summary>
    public Expression Bind(Expression value)
    {
        value = Simplification.Simplify(value);
        if (value is LiteralExpression or ParameterExpression or LocalExpression) return value;
        _values.Add(value);
        return new LocalExpression(value.Kind, _values.Count - 1);
    }

    /// <summary>Counts one operation towards the limit.</summary>
    public void Count(IOperation operation)
    {
        _cancellation.ThrowIfCancellationRequested();
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++_operations > MostOperations)
            throw new Refusal(KernelDiagnostics.TooLarge, operation.Syntax.GetLocation(), _calls.Last().Name, MostOperations);
    }

    /// <summary>The value of a <c>static readonly</c> field that has an initializer in this compilation.</summary>
    public Expression Field(IFieldSymbol field, Location where)
    {
        if (!field.IsStatic || !field.IsReadOnly)
            throw new Refusal(KernelDiagnostics.UnsupportedConstruct, where, $"The field '{field.Name}', which is neither const nor static readonly,");
        if (field.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(_cancellation) is not VariableDeclaratorSyntax { Initializer: { } initializer }
            || field.ContainingType.StaticConstructors.Any(constructor => !constructor.IsImplicitlyDeclared))
            throw new Refusal(KernelDiagnostics.NoSource, where, field.Name, "it must be const, or static readonly with an initializer in this project and no static constructor");
        if (!_fields.Add(field)) throw new Refusal(KernelDiagnostics.Recursion, where, field.Name, "its initializer reads itself");
        var value = Operation(initializer) is IFieldInitializerOperation operation ? operation.Value : throw new Refusal(null, null);
        var result = Bind(new ExpressionLowering(this, new MethodState()).Lower(value));
        _fields.Remove(field);
        return result;
    }

    private IOperation Body(IMethodSymbol method, Location where)
    {
        var syntax = method.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(_cancellation);
        if (syntax is null || !SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, _compilation.Assembly))
            throw new Refusal(KernelDiagnostics.NoSource, where, method.Name, "its source is not in this project");
        SyntaxNode? body = syntax switch
        {
            BaseMethodDeclarationSyntax declaration => (SyntaxNode?)declaration.Body ?? declaration.ExpressionBody,
            AccessorDeclarationSyntax accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody,
            ArrowExpressionClauseSyntax arrow => arrow,
            _ => null,
        };
        if (body is null) throw new Refusal(KernelDiagnostics.NoSource, where, method.Name, "it has no body");
        return Operation(body);
    }
}
