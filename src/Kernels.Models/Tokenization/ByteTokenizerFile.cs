using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kernels.Models;

/// <summary>The <c>tokenizer.json</c> of models whose tokens are bytes: a byte-level BPE without merges.</summary>
public static class ByteTokenizerFile
{
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The file's content: token b is byte b, and special tokens follow from 256.</summary>
    /// <param name="special">Texts of the special tokens; none is added to a text by itself.</param>
    public static byte[] Write(params IReadOnlyList<string> special)
    {
        ArgumentNullException.ThrowIfNull(special);
        var vocabulary = Enumerable.Range(0, 256).ToDictionary(value => ByteAlphabet.Of((byte)value).ToString(), value => value);
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            version = "1.0",
            added_tokens = special.Select((content, i) => new { id = 256 + i, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true }),
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = false },
            decoder = new { type = "ByteLevel" },
            model = new { type = "BPE", vocab = vocabulary, merges = Array.Empty<string>() },
        }, Written);
    }
}
