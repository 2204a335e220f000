using Kernels.Generators.Diagnostics;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Kernels.Generators.Parsing.Lowering;

/// <summary>Runs the statements of one method on a <see cref="MethodState"/>.</summary>
internal sealed class StatementLowering
{
    private readonly MethodLowering _method;
    private MethodState _state;

    public StatementLowering(MethodLowering method, MethodState state)
    {
        _method = method;
        _state = state;
    }

    /// <summary>Runs <paramref name="statement"/> and returns the state after it.</summary>
    public MethodState Run(IOperation statement)
    {
        if (_state.HasEnded) return _state;
        _method.Count(statement);
        switch (statement)
        {
            case IBlockOperation block:
                foreach (var inner in block.Operations) Run(inner);
                break;
            case IReturnOperation { Kind: OperationKind.Return, ReturnedValue: { } value }:
                _state.Return(_method.Bind(Lower(value)), _method.Bind);
                break;
            case IVariableDeclarationGroupOperation group:
                foreach (var declarator in group.Declarations.SelectMany(declaration => declaration.Declarators)) Declare(declarator);
                break;
            case IExpressionStatementOperation { Operation: var operation }:
                Assign(operation);
                break;
            case IConditionalOperation conditional:
                Branch(_method.Bind(Lower(conditional.Condition)), conditional.WhenTrue, conditional.WhenFalse);
                break;
            case ISwitchOperation choice:
                Switch(choice);
                break;
            case IEmptyOperation:
                break;
            default:
                throw ExpressionLowering.Unsupported(statement);
        }

        return _state;
    }

    private Expression Lower(IOperation value) => new ExpressionLowering(_method, _state).Lower(value);

    private void Declare(IVariableDeclaratorOperation declarator)
    {
        if (declarator.Symbol.RefKind != RefKind.None) throw ExpressionLowering.Unsupported(declarator);
        var initializer = declarator.Initializer ?? (declarator.Parent as IVariableDeclarationOperation)?.Initializer;
        if (initializer is not null) _state[declarator.Symbol] = _method.Bind(Lower(initializer.Value));
    }

    private void Assign(IOperation operation)
    {
        switch (operation)
        {
            case ISimpleAssignmentOperation { IsRef: false } assignment when Variable(assignment.Target) is { } variable:
                _state[variable] = _method.Bind(Lower(assignment.Value));
                break;
            case ICompoundAssignmentOperation assignment when Variable(assignment.Target) is { } variable:
                _state[variable] = _method.Bind(new ExpressionLowering(_method, _state).Compound(assignment));
                break;
            case IIncrementOrDecrementOperation step when Variable(step.Target) is { } variable:
                _state[variable] = _method.Bind(new ExpressionLowering(_method, _state).Step(step));
                break;
            default:
                throw ExpressionLowering.Unsupported(operation);
        }
    }

    private static ISymbol? Variable(IOperation target) => target switch
    {
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => local,
        IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } => parameter,
        _ => null,
    };

    private void Branch(Expression condition, IOperation whenTrue, IOperation? whenFalse)
    {
        var first = new StatementLowering(_method, _state.Copy()).Run(whenTrue);
        var second = whenFalse is null ? _state : new StatementLowering(_method, _state.Copy()).Run(whenFalse);
        _state = MethodState.Merge(condition, first, second, _method.Bind);
    }

    private void Switch(ISwitchOperation choice)
    {
        var value = _method.Bind(Lower(choice.Value));
        var start = _state;
        var sections = new List<(Expression? Condition, MethodState End)>();
        foreach (var section in choice.Cases)
        {
            Expression? condition = null;
            var isDefault = false;
            foreach (var clause in section.Clauses)
            {
                var lowering = new ExpressionLowering(_method, start);
                Expression? match = clause switch
                {
                    IDefaultCaseClauseOperation => null,
                    ISingleValueCaseClauseOperation single => Build.Compare(value, "==", lowering.Lower(single.Value)),
                    IPatternCaseClauseOperation { Guard: null } pattern => lowering.Match(value, pattern.Pattern),
                    _ => throw ExpressionLowering.Unsupported(clause),
                };
                isDefault |= match is null;
                if (match is not null) condition = condition is null ? match : Build.Compare(condition, "||", match);
            }

            // Labels beside default add nothing to it.
            var end = new StatementLowering(_method, start.Copy());
            foreach (var statement in section.Body)
            {
                if (statement is IBranchOperation { BranchKind: BranchKind.Break }) break;
                if (statement is IBlockOperation { Operations: var inner } && inner.LastOrDefault() is IBranchOperation { BranchKind: BranchKind.Break })
                    foreach (var innerStatement in inner.Take(inner.Length - 1)) end.Run(innerStatement);
                else
                    end.Run(statement);
            }

            sections.Add((isDefault ? null : _method.Bind(condition!), end._state));
        }

        var result = sections.FirstOrDefault(section => section.Condition is null).End ?? start;
        foreach (var (condition, end) in Enumerable.Reverse(sections))
            if (condition is not null) result = MethodState.Merge(condition, end, result, _method.Bind);
        _state = result;
    }
}
