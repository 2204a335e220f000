using System.Text;

namespace Kernels.Models;

/// <summary>Text to tokens and back, as the model's own <c>tokenizer.json</c> or <c>tokenizer.model</c> describes it.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public abstract class TextTokenizer
{
    private const int LargestFile = 256 << 20;

    /// <summary>The largest token this tokenizer produces.</summary>
    public abstract int LargestToken { get; }

    /// <summary>Whether decoded text begins with a space that the tokenizer put there itself.</summary>
    public abstract bool StripsLeadingSpace { get; }

    /// <summary>Reads <c>tokenizer.json</c>, or else <c>tokenizer.model</c>.</summary>
    /// <exception cref="ModelException">Neither is there, or it is damaged, or needs a component that is not supported.</exception>
    public static TextTokenizer Read(ModelFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Has("tokenizer.json"))
            return TokenizerJson.Read(files.NameOf("tokenizer.json"), files.Read("tokenizer.json", LargestFile));
        if (files.Has("tokenizer.model"))
            return SentencePieceText.Read(files);
        throw new ModelException(files.Location, "tokenizer.json", "missing", "tokenizer.json or tokenizer.model is required", "Fetch the model again.");
    }

    /// <summary>The tokens of <paramref name="text"/>.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="special">Whether to add the tokens the model expects around a text, such as the one it begins with.</param>
    public abstract IReadOnlyList<int> Encode(string text, bool special = true);

    /// <summary>The UTF-8 bytes a token stands for: perhaps part of a character; none for special and unknown tokens.</summary>
    public abstract byte[] BytesOf(int token);

    /// <summary>The text of <paramref name="tokens"/>; bytes that form no character become U+FFFD.</summary>
    public string Decode(IEnumerable<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var detokenizer = new Detokenizer(this);
        var text = new StringBuilder();
        foreach (var token in tokens) text.Append(detokenizer.Append(token));
        return text.Append(detokenizer.Flush()).ToString();
    }
}
