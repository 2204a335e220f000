namespace Kernels.Testing.Ptx;

/// <summary>The names of a block in braces and of those around it.</summary>
internal sealed class Scope(Scope? parent)
{
    private readonly Dictionary<string, Symbol> _symbols = [];

    public void Declare(string name, Symbol symbol, int line)
    {
        if (!_symbols.TryAdd(name, symbol)) throw new PtxException(line, $"{name} is declared twice in one scope");
    }

    public Symbol? Find(string name) => _symbols.TryGetValue(name, out var symbol) ? symbol : parent?.Find(name);

    public T Find<T>(string name, string what, int line) where T : Symbol =>
        Find(name) as T ?? throw new PtxException(line, $"{name} is not {what}");
}
