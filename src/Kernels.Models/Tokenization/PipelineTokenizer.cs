using System.Text;
using System.Text.RegularExpressions;

namespace Kernels.Models;

/// <summary>A <c>tokenizer.json</c> at work: added tokens, normalizers, pre-tokenizers, merges, template.</summary>
internal sealed class PipelineTokenizer(bool stripsLeadingSpace) : TextTokenizer
{
    /// <summary>Name for messages.</summary>
    public required string File { get; init; }

    /// <summary>Added tokens found in the raw text.</summary>
    public required AddedTokens Raw { get; init; }

    /// <summary>Added tokens found in normalised text.</summary>
    public required AddedTokens Normalized { get; init; }

    /// <summary>Applied to the text between added tokens, in order.</summary>
    public required IReadOnlyList<Func<string, string>> Normalizers { get; init; }

    /// <summary>Split a piece into pieces, in order; the flag says whether the piece begins the text.</summary>
    public required IReadOnlyList<Func<string, bool, IEnumerable<string>>> PreTokenizers { get; init; }

    /// <summary>The merges.</summary>
    public required BpeModel Model { get; init; }

    /// <summary>Tokens before every text.</summary>
    public required IReadOnlyList<int> Prefix { get; init; }

    /// <summary>Tokens after every text.</summary>
    public required IReadOnlyList<int> Suffix { get; init; }

    /// <summary>Text of every token; null for special and unused ones.</summary>
    public required string?[] Pieces { get; init; }

    /// <summary>Whether pieces are written in <see cref="ByteAlphabet"/>.</summary>
    public required bool ByteLevel { get; init; }

    /// <summary>Tokens whose text stands for itself.</summary>
    public required HashSet<int> Literal { get; init; }

    /// <inheritdoc/>
    public override int LargestToken => Pieces.Length - 1;

    /// <inheritdoc/>
    public override bool StripsLeadingSpace => stripsLeadingSpace;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Encode(string text, bool special = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<int>(text.Length / 3 + 4);
        if (special) tokens.AddRange(Prefix);
        try
        {
            var first = true;
            foreach (var (outer, outerToken) in Raw.Split(text))
            {
                if (outerToken >= 0) tokens.Add(outerToken);
                else EncodeNormalized(outer, first, tokens);
                first = false;
            }
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new ModelException(File, "pre_tokenizer", "too slow on this text", "its pattern must match within 30 seconds", "Choose another tokenizer.", exception);
        }

        if (special) tokens.AddRange(Suffix);
        return tokens;
    }

    /// <inheritdoc/>
    public override byte[] BytesOf(int token)
    {
        if ((uint)token >= (uint)Pieces.Length || Pieces[token] is not { } piece) return [];
        return Literal.Contains(token) ? Encoding.UTF8.GetBytes(piece) : ByteLevel ? ByteAlphabet.Decode(piece) : PieceBytes.Of(piece);
    }

    private void EncodeNormalized(string text, bool first, List<int> tokens)
    {
        foreach (var normalizer in Normalizers) text = normalizer(text);
        foreach (var (inner, token) in Normalized.Split(text))
        {
            if (token >= 0) tokens.Add(token);
            else EncodePieces(inner, first, 0, tokens);
            first = false;
        }
    }

    private void EncodePieces(string piece, bool first, int step, List<int> tokens)
    {
        if (step == PreTokenizers.Count)
        {
            Model.Encode(piece, tokens);
            return;
        }

        foreach (var part in PreTokenizers[step](piece, first))
        {
            EncodePieces(part, first, step + 1, tokens);
            first = false;
        }
    }
}
