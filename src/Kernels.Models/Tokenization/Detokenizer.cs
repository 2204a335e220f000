using System.Text;

namespace Kernels.Models;

/// <summary>Tokens to text as they come: never half a character.</summary>
public sealed class Detokenizer
{
    private readonly TextTokenizer _tokenizer;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private bool _atStart;

    /// <summary>Begins a text.</summary>
    /// <param name="tokenizer">Gives the bytes of a token.</param>
    /// <param name="continuing">Whether the tokens continue an earlier text, whose own start has been written already.</param>
    public Detokenizer(TextTokenizer tokenizer, bool continuing = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _atStart = !continuing && tokenizer.StripsLeadingSpace;
    }

    /// <summary>The characters that <paramref name="token"/> completes; perhaps none.</summary>
    public string Append(int token)
    {
        ReadOnlySpan<byte> bytes = _tokenizer.BytesOf(token);
        if (_atStart && bytes.Length > 0)
        {
            if (bytes[0] == ' ') bytes = bytes[1..];
            _atStart = false;
        }

        return Decode(bytes, flush: false);
    }

    /// <summary>What an unfinished character leaves: U+FFFD, or nothing.</summary>
    public string Flush() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[_decoder.GetCharCount(bytes, flush)];
        return new string(characters, 0, _decoder.GetChars(bytes, characters, flush));
    }
}
