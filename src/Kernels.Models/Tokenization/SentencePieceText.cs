using Microsoft.ML.Tokenizers;

namespace Kernels.Models;

/// <summary>A <c>tokenizer.model</c> (SentencePiece), read by Microsoft.ML.Tokenizers.</summary>
internal sealed class SentencePieceText : TextTokenizer
{
    private readonly SentencePieceTokenizer _tokenizer;
    private readonly string?[] _pieces;
    private readonly bool _begins, _ends;

    private SentencePieceText(SentencePieceTokenizer tokenizer, bool begins, bool ends)
    {
        _tokenizer = tokenizer;
        (_begins, _ends) = (begins, ends);
        _pieces = new string?[1 + tokenizer.Vocabulary.Values.Max()];
        foreach (var (piece, id) in tokenizer.Vocabulary) _pieces[id] = piece;
        foreach (var special in (int[])[tokenizer.BeginningOfSentenceId, tokenizer.EndOfSentenceId, tokenizer.UnknownId])
            if ((uint)special < (uint)_pieces.Length) _pieces[special] = null;
    }

    /// <inheritdoc/>
    public override int LargestToken => _pieces.Length - 1;

    /// <inheritdoc/>
    public override bool StripsLeadingSpace => _tokenizer.AddDummyPrefix;

    /// <summary>Reads the model; <c>tokenizer_config.json</c>, where present, says which tokens surround a text.</summary>
    public static new TextTokenizer Read(ModelFiles files)
    {
        const string name = "tokenizer.model";
        var (begins, ends) = (true, false);
        if (files.Has("tokenizer_config.json"))
        {
            var config = JsonFields.Parse(files.NameOf("tokenizer_config.json"), files.Read("tokenizer_config.json", 16 << 20));
            (begins, ends) = (config.Flag("add_bos_token", true), config.Flag("add_eos_token", false));
        }

        try
        {
            using var stream = new MemoryStream(files.Read(name, 256 << 20));
            return new SentencePieceText(SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false), begins, ends);
        }
        catch (Exception exception) when (exception is not ModelException)
        {
            // The library reports damage through whatever its protobuf reader meets.
            throw new ModelException(files.NameOf(name), "content", "not a SentencePiece model", exception.Message.TrimEnd('.'), "Fetch the file again.", exception);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Encode(string text, bool special = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<int>();
        if (special && _begins) tokens.Add(_tokenizer.BeginningOfSentenceId);
        tokens.AddRange(_tokenizer.EncodeToIds(text, addBeginningOfSentence: false, addEndOfSentence: false));
        if (special && _ends) tokens.Add(_tokenizer.EndOfSentenceId);
        return tokens;
    }

    /// <inheritdoc/>
    public override byte[] BytesOf(int token) =>
        (uint)token < (uint)_pieces.Length && _pieces[token] is { } piece ? PieceBytes.Of(piece) : [];
}
