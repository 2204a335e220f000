namespace Kernels.Testing.Ptx;

/// <summary>One instruction while it is decoded: hands out modifiers and operands, and in the end insists that all were used.</summary>
internal sealed class Decoder
{
    private readonly Linker _linker;
    private readonly Scope _scope;
    private readonly InstructionStatement _statement;
    private readonly List<string> _modifiers;
    private int _operandsUsed;

    public Decoder(Linker linker, Scope scope, InstructionStatement statement)
    {
        (_linker, _scope, _statement) = (linker, scope, statement);
        _modifiers = [.. statement.Opcode.Split('.')];
        Name = _modifiers[0];
        _modifiers.RemoveAt(0);
    }

    /// <summary>The opcode without modifiers.</summary>
    public string Name { get; }

    public int Line => _statement.Line;

    public int OperandCount => _statement.Operands.Count;

    public PtxException Error(string message) => new(Line, $"{_statement.Opcode}: {message}");

    /// <summary>Consumes <paramref name="modifier"/> if it is present.</summary>
    public bool Take(string modifier) => _modifiers.Remove(modifier);

    /// <summary>Consumes the first of <paramref name="modifiers"/> that is present.</summary>
    public string? TakeOneOf(params ReadOnlySpan<string> modifiers)
    {
        foreach (var modifier in modifiers)
            if (Take(modifier)) return modifier;
        return null;
    }

    /// <summary>Consumes <paramref name="modifier"/>, without which the instruction is not covered.</summary>
    public void Require(string modifier)
    {
        if (!Take(modifier)) throw Error($"without .{modifier} it is not covered");
    }

    /// <summary>Consumes the first modifier that <paramref name="wanted"/> accepts.</summary>
    public string? TakeWhere(Func<string, bool> wanted) => _modifiers.Find(modifier => wanted(modifier)) is { } found && Take(found) ? found : null;

    /// <summary>Consumes the first type among the modifiers.</summary>
    public PtxType TakeType() =>
        TakeWhere(modifier => PtxTypes.TryParse(modifier, out _)) is { } name && PtxTypes.TryParse(name, out var type) ? type : throw Error("it names no type");

    /// <summary>The slot of a source; a register may be wider where <paramref name="wider"/>.</summary>
    public int Source(int index, PtxType type, bool wider = false) => Source(Operand(index), type, wider);

    /// <summary>The slot of a destination.</summary>
    public int Destination(int index, PtxType type, bool wider = false) => Register(Operand(index), type, wider).Slot;

    /// <summary>The slots of a vector of <paramref name="count"/> sources, or of one where the operand is no vector.</summary>
    public int[] Sources(int index, PtxType type, int count, bool wider = false) =>
        [.. Items(index, count).Select(item => Source(item, type, wider))];

    /// <summary>The registers of a vector of <paramref name="count"/> destinations, or of one where the operand is no vector.</summary>
    public int[] Destinations(int index, PtxType type, int count, bool wider = false) =>
        [.. Items(index, count).Select(item => Register(item, type, wider).Slot)];

    /// <summary>How many elements an operand has.</summary>
    public int Length(int index) => Operand(index) is ListOperand list ? list.Items.Count : 1;

    /// <summary>Whether an operand is a predicate.</summary>
    public bool IsPredicate(int index) => Operand(index) is NameOperand name && _scope.Find(name.Name) is RegisterSymbol { Type: PtxType.Pred };

    /// <summary>A predicate read, possibly negated.</summary>
    public PredicateSource Predicate(int index) => Operand(index) switch
    {
        NameOperand name => new(Register(name, PtxType.Pred, false).Slot, name.Negated ? uint.MaxValue : 0),
        IntegerOperand number => new(number.Bits == 0 ? Predicates.False : Predicates.True, 0),
        _ => throw Error($"operand {index} is not a predicate"),
    };

    /// <summary>A result and the predicate written beside it, if any: <c>d|p</c>.</summary>
    public (int First, int? Second) PairDestination(int index, PtxType first) => Operand(index) switch
    {
        PairOperand pair => (Register(pair.First, first, false).Slot, Register(pair.Second, PtxType.Pred, false).Slot),
        var single => (Register(single, first, false).Slot, null),
    };

    /// <summary>An address in brackets.</summary>
    public AddressSource Address(int index)
    {
        if (Operand(index) is not AddressOperand address) throw Error($"operand {index} is not an address");
        var symbol = address.Base is NameOperand name ? _scope.Find(name.Name) : null;
        return symbol switch
        {
            MemorySymbol variable => new(_linker.AddressSlot(variable), ulong.MaxValue, address.Offset, variable.Space),
            RegisterSymbol register when register.Type.Bytes() == 4 => new(Source(address.Base, PtxType.B32, false), uint.MaxValue, address.Offset, null),
            _ => new(Source(address.Base, PtxType.B64, false), ulong.MaxValue, address.Offset, null),
        };
    }

    /// <summary>An integer written in the text.</summary>
    public ulong Immediate(int index) => Operand(index) is IntegerOperand number ? number.Bits : throw Error($"operand {index} must be a constant");

    /// <summary>Completes <paramref name="branch"/> with the label an operand names.</summary>
    public Branch To(int index, Branch branch) =>
        _linker.To(_scope.Find<LabelSymbol>(Named(index), "a label of this scope", Line), branch, Line);

    /// <summary>Completes <paramref name="branch"/> with the list of labels an operand names.</summary>
    public IndexedBranch ToOneOf(int index, IndexedBranch branch) =>
        _linker.To(_scope.Find<TargetsSymbol>(Named(index), "a list of branch targets", Line), branch);

    /// <summary>Notes that the instruction touches shared memory in pieces of <paramref name="bytes"/> bytes.</summary>
    public void TouchShared(int bytes) => _linker.TouchShared(bytes);

    /// <summary>Fails if the text says more than was understood.</summary>
    public void Finish()
    {
        if (_modifiers.Count > 0) throw Error($"the modifier .{_modifiers[0]} is not covered");
        if (OperandCount > _operandsUsed) throw Error($"it has {OperandCount} operands, of which {_operandsUsed} are understood");
    }

    private string Named(int index) => Operand(index) is NameOperand name ? name.Name : throw Error($"operand {index} is not a name");

    private Operand Operand(int index)
    {
        _operandsUsed = Math.Max(_operandsUsed, index + 1);
        return index < OperandCount ? _statement.Operands[index] : throw Error($"it has {OperandCount} operands and needs more");
    }

    private IReadOnlyList<Operand> Items(int index, int count)
    {
        var operand = Operand(index);
        IReadOnlyList<Operand> items = operand is ListOperand list ? list.Items : [operand];
        return items.Count == count ? items : throw Error($"operand {index} has {items.Count} elements instead of {count}");
    }

    private int Source(Operand operand, PtxType type, bool wider)
    {
        switch (operand)
        {
            case NameOperand { Name: "WARP_SZ" }:
                return _linker.Slot(new LiteralConstant(Warp.Lanes));
            case NameOperand name when SpecialRegisters.Contains(name.Name):
                return type.IsFloat() ? throw Error($"{name.Name} is an integer") : _linker.Slot(new SpecialConstant(name.Name));
            case NameOperand name when _scope.Find(name.Name) is MemorySymbol symbol:
                return _linker.AddressSlot(symbol);
            case NameOperand:
                return Register(operand, type, wider).Slot;
            default:
                return _linker.Slot(new LiteralConstant(Numbers.Bits(operand, type, Line)));
        }
    }

    private RegisterSymbol Register(Operand operand, PtxType type, bool wider)
    {
        if (operand is not NameOperand name || _scope.Find(name.Name) is not RegisterSymbol register)
            throw Error(operand is NameOperand unknown ? $"{unknown.Name} is not declared" : "a constant stands where a register belongs");
        if (wider && type != PtxType.Pred && register.Type != PtxType.Pred && register.Type.Bytes() > type.Bytes()) return register;
        return type.Accepts(register.Type) ? register : throw Error($"{name.Name} is {register.Type.Name()} and the instruction works on {type.Name()}");
    }
}
