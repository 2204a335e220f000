using System.Text;

namespace Kernels.Generators.Emission;

/// <summary>Indented C# text with <c>\n</c> line ends.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Writes one or more lines at the current depth; empty lines stay empty.</summary>
    public void Line(string text = "")
    {
        foreach (var line in text.Split('\n'))
        {
            if (line.Length > 0) _text.Append(' ', _depth * 4).Append(line.TrimEnd('\r'));
            _text.Append('\n');
        }
    }

    /// <summary>Writes a header and an opening brace; disposing writes the closing one.</summary>
    public Block Open(string header)
    {
        Line(header);
        Line("{");
        _depth++;
        return new Block(this);
    }

    public override string ToString() => _text.ToString();

    internal readonly struct Block(SourceWriter writer) : IDisposable
    {
        public void Dispose()
        {
            writer._depth--;
            writer.Line("}");
        }
    }
}
