using System.Text;
using Microsoft.ML.Tokenizers;

namespace Kernels.Models;

/// <summary>The byte-pair merges of a <c>tokenizer.json</c>, done by Microsoft.ML.Tokenizers on one piece of text at a time.</summary>
internal sealed class BpeModel
{
    private readonly BpeTokenizer _merges;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly HashSet<(char, char)> _joinable;
    private readonly bool _ignoresMerges;
    private readonly int[]? _bytes;

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">Tokens by text.</param>
    /// <param name="merges">Pairs in order of rank, separated by a space.</param>
    /// <param name="unknown">The token for characters outside the vocabulary; null drops them.</param>
    /// <param name="fusesUnknown">Whether neighbouring unknown characters become one token.</param>
    /// <param name="ignoresMerges">Whether a piece that is a token itself is taken whole.</param>
    /// <param name="byteFallback">Whether characters outside the vocabulary become their bytes.</param>
    public BpeModel(
        Dictionary<string, int> vocabulary, IReadOnlyList<string> merges, string? unknown, bool fusesUnknown, bool ignoresMerges, bool byteFallback)
    {
        _vocabulary = vocabulary;
        _lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _ignoresMerges = ignoresMerges;
        _merges = BpeTokenizer.Create(new BpeOptions(vocabulary) { Merges = merges, UnknownToken = unknown, FuseUnknownTokens = fusesUnknown });
        _joinable = Joinable(merges);
        if (byteFallback && Enumerable.Range(0, 256).All(value => vocabulary.ContainsKey(PieceBytes.Name((byte)value))))
            _bytes = [.. Enumerable.Range(0, 256).Select(value => vocabulary[PieceBytes.Name((byte)value)])];
    }

    /// <summary>Appends the tokens of one piece.</summary>
    public void Encode(string piece, List<int> tokens)
    {
        if (piece.Length == 0) return;
        if (_ignoresMerges && _vocabulary.TryGetValue(piece, out var whole))
        {
            tokens.Add(whole);
            return;
        }

        // No merge ever joins some neighbours, so cutting there changes nothing; it keeps the library's merging, whose time
        // grows with the square of a piece's length, on short pieces that its cache holds.
        var start = 0;
        for (var i = 1; i < piece.Length; i++)
        {
            if (char.IsLowSurrogate(piece[i]) || _joinable.Contains((piece[i - 1], piece[i]))) continue;
            EncodeSegment(piece.AsSpan(start, i - start), tokens);
            start = i;
        }

        EncodeSegment(piece.AsSpan(start), tokens);
    }

    private void EncodeSegment(ReadOnlySpan<char> segment, List<int> tokens)
    {
        // A character outside the vocabulary joins nothing: it is a segment of its own.
        if (_bytes is not null && (segment.Length == 1 || segment.Length == 2 && char.IsHighSurrogate(segment[0])) && !_lookup.ContainsKey(segment))
        {
            Span<byte> utf8 = stackalloc byte[4];
            foreach (var value in utf8[..Encoding.UTF8.GetBytes(segment, utf8)]) tokens.Add(_bytes[value]);
            return;
        }

        tokens.AddRange(_merges.EncodeToIds(segment, considerPreTokenization: false, considerNormalization: false));
    }

    private static HashSet<(char, char)> Joinable(IReadOnlyList<string> merges)
    {
        var joinable = new HashSet<(char, char)>();
        foreach (var merge in merges)
        {
            var space = merge.IndexOf(' ');
            for (var i = 1; i < merge.Length; i++)
            {
                if (i == space) joinable.Add((merge[i - 1], merge[i + 1]));
                else if (i - 1 != space) joinable.Add((merge[i - 1], merge[i]));
            }
        }

        return joinable;
    }
}
