namespace Kernels.Testing.Ptx;

/// <summary>Parses a module: directives, variables and functions (PTX ISA, 4.3 and 11).</summary>
internal sealed class Parser(string text)
{
    private static readonly string[] Linkage = [".visible", ".extern", ".weak"];

    private readonly TokenReader _reader = new(Lexer.Tokenize(text));
    private readonly List<Variable> _variables = [];
    private readonly Dictionary<string, Function> _functions = [];

    public (IReadOnlyList<Variable> Variables, IReadOnlyDictionary<string, Function> Functions) Module()
    {
        while (_reader.Peek.Kind != TokenKind.End)
        {
            if (_reader.Take(".version") || _reader.Take(".address_size")) _reader.Next();
            else if (_reader.Take(".target"))
            {
                do _reader.Word("a target");
                while (_reader.Take(","));
            }
            else if (Linkage.Any(_reader.Take))
            {
            }
            else if (_reader.Take(".entry")) Add(Entry());
            else if (_reader.Take(".func")) Add(Device());
            else if (VariableParser.TryParseSpace(_reader.Peek.Text, out var space))
            {
                _reader.Next();
                _variables.AddRange(VariableParser.Variables(_reader, space));
                _reader.Expect(";");
            }
            else throw _reader.Unexpected("a directive of a module");
        }

        return (_variables, _functions);
    }

    private void Add(Function function)
    {
        if (_functions.TryGetValue(function.Name, out var known) && known.Body is not null)
        {
            if (function.Body is not null) throw new PtxException(function.Line, $"{function.Name} is defined twice");
            return;
        }

        _functions[function.Name] = function;
    }

    private Function Entry()
    {
        var line = _reader.Line;
        var name = _reader.Word("a kernel's name");
        var parameters = _reader.Is("(") ? VariableParser.Parameters(_reader) : [];
        int? most = null, required = null;
        while (!_reader.Is("{") && !_reader.Is(";"))
            if (_reader.Take(".maxntid")) most = Product();
            else if (_reader.Take(".reqntid")) required = Product();
            else if (_reader.Take(".minnctapersm") || _reader.Take(".maxnreg")) _reader.Next();
            else throw _reader.Unexpected("a kernel's body");
        return new(name, true, [], parameters, most, required, Body(), line);
    }

    private Function Device()
    {
        var results = _reader.Is("(") ? VariableParser.Parameters(_reader) : [];
        var line = _reader.Line;
        var name = _reader.Word("a function's name");
        var parameters = _reader.Is("(") ? VariableParser.Parameters(_reader) : [];
        _reader.Take(".noreturn");
        return new(name, false, results, parameters, null, null, Body(), line);
    }

    private int Product()
    {
        var product = 1;
        do product = checked(product * _reader.Count("a number of threads"));
        while (_reader.Take(","));
        return product;
    }

    private List<Statement>? Body() => _reader.Take(";") ? null : StatementParser.Block(_reader);
}
