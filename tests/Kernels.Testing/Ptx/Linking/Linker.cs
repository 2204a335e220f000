namespace Kernels.Testing.Ptx;

/// <summary>Turns a kernel and the functions it calls into one <see cref="Program"/>.</summary>
/// <remarks>
/// Calls are inlined, each with registers and local memory after its caller's, as on a stack; parameters of device functions are
/// the caller's variables under another name. PTX of this kind has no recursion.
/// </remarks>
internal sealed class Linker(PtxModule module, Function entry)
{
    private const int DeepestCall = 64;

    private readonly List<Instruction> _code = [];
    private readonly List<(Branch Branch, LabelSymbol Label, int Line)> _branches = [];
    private readonly List<(IndexedBranch Branch, TargetsSymbol Targets)> _indexedBranches = [];
    private readonly Dictionary<Constant, int> _constants = [];
    private readonly List<Constant> _constantList = [];
    private readonly List<(MemorySymbol Symbol, int Constant)> _dynamic = [];
    private int _registers, _mostRegisters;
    private int _predicates = Predicates.First, _mostPredicates = Predicates.First;
    private int _local, _mostLocal;
    private int _shared, _dynamicAlignment, _sharedUnit = Program.MaxSharedUnit;
    private int _depth;

    public Program Link()
    {
        var root = new Scope(null);
        foreach (var variable in module.Variables)
            root.Declare(variable.Name, variable.Space == StateSpace.Shared ? Shared(variable) : new MemorySymbol(variable.Space, 0, variable), variable.Line);

        var scope = new Scope(root);
        var offsets = new int[entry.Parameters.Count + 1];
        for (var (i, offset) = (0, 0); i < entry.Parameters.Count; i++)
        {
            var parameter = entry.Parameters[i];
            offsets[i] = Program.Align(offset, parameter.Alignment);
            offsets[i + 1] = offset = offsets[i] + parameter.Bytes;
            scope.Declare(parameter.Name, new MemorySymbol(StateSpace.Param, (ulong)offsets[i], parameter), parameter.Line);
        }

        Body(entry, scope, isEntry: true);
        foreach (var (branch, label, line) in _branches)
            branch.Target = label.Target >= 0 ? label.Target : throw new PtxException(line, "the branch goes to a label that is never placed");
        foreach (var (branch, targets) in _indexedBranches) branch.Targets = [.. targets.Labels.Select(label => label.Target)];
        foreach (var (symbol, constant) in _dynamic)
            _constantList[constant] = new LiteralConstant(
                Program.SharedBase + symbol.Address + (ulong)Program.Align(_shared, _dynamicAlignment));
        return new()
        {
            Module = module, Entry = entry, Code = [.. _code], Registers = _mostRegisters, Predicates = _mostPredicates,
            Constants = _constantList, SharedBytes = _shared, DynamicAlignment = _dynamicAlignment, LocalBytes = _mostLocal,
            SharedUnit = _sharedUnit, ParameterOffsets = offsets,
        };
    }

    /// <summary>The slot from which a constant is read.</summary>
    public int Slot(Constant constant)
    {
        if (_constants.TryGetValue(constant, out var index)) return -1 - index;
        _constants.Add(constant, _constantList.Count);
        _constantList.Add(constant);
        return -_constantList.Count;
    }

    /// <summary>Notes that an instruction touches shared memory in pieces of <paramref name="bytes"/> bytes.</summary>
    public void TouchShared(int bytes) => _sharedUnit = Math.Min(_sharedUnit, bytes);

    /// <summary>The slot from which the address of a variable is read.</summary>
    public int AddressSlot(MemorySymbol symbol)
    {
        switch (symbol.Space)
        {
            case StateSpace.Shared when symbol.Variable.Bytes == 0:
                var slot = Slot(new VariableConstant(symbol.Variable));
                _dynamic.Add((symbol, -1 - slot));
                return slot;
            case StateSpace.Global or StateSpace.Const:
                return Slot(new VariableConstant(symbol.Variable));
            case StateSpace.Shared:
                return Slot(new LiteralConstant(Program.SharedBase + symbol.Address));
            case StateSpace.Local:
                return Slot(new LiteralConstant(Program.LocalBase + symbol.Address));
            default:
                return Slot(new LiteralConstant(symbol.Address));
        }
    }

    /// <summary>Has <paramref name="branch"/> go to a label once its place is known.</summary>
    public Branch To(LabelSymbol label, Branch branch, int line)
    {
        _branches.Add((branch, label, line));
        return branch;
    }

    /// <summary>Has <paramref name="branch"/> go to one of several labels once their places are known.</summary>
    public IndexedBranch To(TargetsSymbol targets, IndexedBranch branch)
    {
        _indexedBranches.Add((branch, targets));
        return branch;
    }

    private void Body(Function function, Scope scope, bool isEntry)
    {
        if (function.Body is null) throw new PtxException(function.Line, $"{function.Name} is declared and never defined");
        var end = new LabelSymbol();
        Block(function.Body, scope, isEntry ? null : end);
        end.Target = _code.Count;
        if (isEntry) _code.Add(new Return { Line = function.Line });
    }

    private void Block(IReadOnlyList<Statement> statements, Scope scope, LabelSymbol? end)
    {
        var (registersBefore, predicatesBefore, localBefore) = (_registers, _predicates, _local);
        Labels(statements, scope);
        foreach (var statement in statements)
            switch (statement)
            {
                case BlockStatement block:
                    Block(block.Statements, new Scope(scope), end);
                    break;
                case LabelStatement label:
                    if (scope.Find(label.Name) is LabelSymbol place) place.Target = _code.Count;
                    break;
                case RegisterStatement registers:
                    foreach (var name in registers.Names) scope.Declare(name, Register(registers.Type), registers.Line);
                    break;
                case VariableStatement variables:
                    foreach (var variable in variables.Variables) scope.Declare(variable.Name, Place(variable), variable.Line);
                    break;
                case InstructionStatement instruction:
                    Instruction(instruction, scope, end);
                    break;
            }

        (_registers, _predicates, _local) = (registersBefore, predicatesBefore, localBefore);
    }

    // A label is known in its whole block; one before .branchtargets names these.
    private static void Labels(IReadOnlyList<Statement> statements, Scope scope)
    {
        var labels = statements.Zip(statements.Skip(1).Append(null), (label, next) => (Label: label as LabelStatement, Targets: next as BranchTargetsStatement))
            .Where(pair => pair.Label is not null).ToLookup(pair => pair.Targets is null);
        foreach (var (label, _) in labels[true]) scope.Declare(label!.Name, new LabelSymbol(), label.Line);
        foreach (var (label, targets) in labels[false])
            scope.Declare(
                label!.Name, new TargetsSymbol([.. targets!.Labels.Select(name => scope.Find<LabelSymbol>(name, "a label", targets.Line))]), label.Line);
    }

    private RegisterSymbol Register(PtxType type)
    {
        if (type == PtxType.Pred)
        {
            _mostPredicates = Math.Max(_mostPredicates, _predicates + 1);
            return new(_predicates++, type);
        }

        _mostRegisters = Math.Max(_mostRegisters, _registers + 1);
        return new(_registers++, type);
    }

    private MemorySymbol Place(Variable variable)
    {
        switch (variable.Space)
        {
            case StateSpace.Shared:
                return Shared(variable);
            case StateSpace.Local or StateSpace.Param:
                var at = Program.Align(_local, variable.Alignment);
                _local = at + variable.Bytes;
                _mostLocal = Math.Max(_mostLocal, _local);
                return new(StateSpace.Local, (ulong)at, variable);
            default:
                throw new PtxException(variable.Line, $"{variable.Name}: a function declares no variables of this space");
        }
    }

    private MemorySymbol Shared(Variable variable)
    {
        if (variable.Bytes == 0)
        {
            _dynamicAlignment = Math.Max(_dynamicAlignment, variable.Alignment);
            return new(StateSpace.Shared, 0, variable);
        }

        var at = Program.Align(_shared, variable.Alignment);
        _shared = at + variable.Bytes;
        return new(StateSpace.Shared, (ulong)at, variable);
    }

    private void Instruction(InstructionStatement statement, Scope scope, LabelSymbol? end)
    {
        if (statement.Opcode is "call" or "call.uni")
        {
            Call(statement, scope);
            return;
        }

        var decoder = new Decoder(this, scope, statement);
        var instruction = statement.Opcode is "ret" or "ret.uni" && end is not null
            ? To(end, new Branch(), statement.Line)
            : InstructionSet.Decode(decoder);
        instruction.Line = statement.Line;
        if (statement.Guard is { } guard)
        {
            instruction.Guard = scope.Find<RegisterSymbol>(guard.Name, "a declared predicate", statement.Line) is { Type: PtxType.Pred } register
                ? register.Slot
                : throw new PtxException(statement.Line, $"{guard.Name} is not a predicate");
            instruction.GuardFlip = guard.Negated ? uint.MaxValue : 0;
        }

        _code.Add(instruction);
    }

    private void Call(InstructionStatement statement, Scope scope)
    {
        var operands = statement.Operands.ToList();
        var results = operands.Count > 0 && operands[0] is ListOperand list ? list.Items : [];
        if (results.Count > 0 || operands[0] is ListOperand) operands.RemoveAt(0);
        var arguments = operands.Count > 1 && operands[1] is ListOperand passed ? passed.Items : [];
        if (operands is not [NameOperand name, ..] || !module.Functions.TryGetValue(name.Name, out var callee) || callee.IsEntry)
            throw new PtxException(statement.Line, "the call names no device function");
        if (callee.Parameters.Count != arguments.Count || callee.Results.Count != results.Count)
            throw new PtxException(
                statement.Line,
                $"{callee.Name} takes {callee.Parameters.Count} and returns {callee.Results.Count} parameters; the call passes {arguments.Count} and {results.Count}");
        if (statement.Guard is not null) throw new PtxException(statement.Line, "a predicated call is not covered");
        if (_depth == DeepestCall) throw new PtxException(statement.Line, $"{callee.Name} is called more than {DeepestCall} levels deep");

        // The callee sees the module's names and its parameters, which are the caller's variables.
        var inner = new Scope(null);
        foreach (var variable in module.Variables) inner.Declare(variable.Name, scope.Find(variable.Name)!, variable.Line);
        foreach (var (parameter, operand) in callee.Parameters.Concat(callee.Results).Zip(arguments.Concat(results)))
        {
            var given = operand is NameOperand variable && scope.Find(variable.Name) is MemorySymbol symbol
                ? symbol
                : throw new PtxException(statement.Line, $"{parameter.Name} of {callee.Name} must be given a .param variable");
            if (given.Variable.Bytes != parameter.Bytes)
                throw new PtxException(
                    statement.Line, $"{parameter.Name} of {callee.Name} holds {parameter.Bytes} bytes; {given.Variable.Name} holds {given.Variable.Bytes}");
            inner.Declare(parameter.Name, given, statement.Line);
        }

        _depth++;
        Body(callee, new Scope(inner), isEntry: false);
        _depth--;
    }
}
