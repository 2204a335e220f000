using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace Kernels.Models.Tests;

public class ByteLevelTokenizerTests
{
    [Fact]
    public void Without_merges_tokens_are_bytes()
    {
        var tokenizer = TokenizerFolder.Read(TokenizerFolder.ByteLevel([]));
        Gen.String.Sample(text =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Assert.Equal(bytes.Select(value => (int)value), tokenizer.Encode(text));
            Assert.Equal(Encoding.UTF8.GetString(bytes), tokenizer.Decode(bytes.Select(value => (int)value)));
        }, iter: 500, threads: 1);
    }

    [Fact]
    public void The_file_we_write_for_bytes_is_one_we_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["tokenizer.json"], ByteTokenizerFile.Write("<|begin|>", "<|end|>"));
        var tokenizer = TextTokenizer.Read(ModelFiles.InFolder(folder.Path));
        Assert.Equal(257, tokenizer.LargestToken);
        Assert.Equal([256, 104, 105, 257], tokenizer.Encode("<|begin|>hi<|end|>"));
        Assert.Equal("hi", tokenizer.Decode([256, 104, 105, 257]));
        Assert.Equal(Encoding.UTF8.GetBytes("naïve 🙂\n").Select(value => (int)value), tokenizer.Encode("naïve 🙂\n"));
    }

    [Fact]
    public void Merges_stay_within_the_published_words()
    {
        // Without pre-tokenization "e Ġ" would join across the space.
        var tokenizer = TokenizerFolder.Read(TokenizerFolder.ByteLevel(["e Ġ", "h e", "Ġ t"]));
        Assert.Equal([257, 32, 257], tokenizer.Encode("he he"));
        Assert.Equal([257, 258, 257], tokenizer.Encode("he the"));
    }

    [Fact]
    public void Letters_beyond_the_basic_plane_are_letters()
    {
        // 𝒳 is a letter: it is one word with its neighbours, so the merge of its last byte with "a" applies.
        var last = Encoding.UTF8.GetBytes("𝒳")[^1];
        var letter = last is >= 161 and <= 172 or >= 174 ? ((char)last).ToString() : null;
        var json = TokenizerFolder.ByteLevel(letter is null ? [] : [$"{letter} a"]);
        Assert.NotNull(letter);
        var tokens = TokenizerFolder.Read(json).Encode("𝒳a");
        Assert.Equal(256, tokens[^1]);
    }

    [Fact]
    public void A_piece_in_the_vocabulary_is_taken_whole_where_merges_are_ignored()
    {
        string[] merges = ["h e", "he l", "l l"];
        var whole = TokenizerFolder.ByteLevel(merges, root =>
        {
            root["model"]!["vocab"]!["hell"] = 300;
            root["model"]!["ignore_merges"] = true;
        });
        Assert.Equal([300], TokenizerFolder.Read(whole).Encode("hell"));
        Assert.Equal([257, 'l'], TokenizerFolder.Read(TokenizerFolder.ByteLevel(merges)).Encode("hell"));
    }

    [Fact]
    public void Llama3_style_files_begin_texts_and_find_special_tokens()
    {
        var json = TokenizerFolder.ByteLevel(["h e"], root =>
        {
            root["added_tokens"] = JsonNode.Parse("""
                [{"id":400,"content":"<|begin_of_text|>","special":true,"normalized":false},
                 {"id":401,"content":"<|eot|>","special":true,"normalized":false,"rstrip":true},
                 {"id":402,"content":"hehe","special":false}]
                """);
            root["post_processor"] = JsonNode.Parse("""
                {"type":"Sequence","processors":[{"type":"ByteLevel"},{"type":"TemplateProcessing",
                 "single":[{"SpecialToken":{"id":"<|begin_of_text|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
                 "special_tokens":{"<|begin_of_text|>":{"id":"<|begin_of_text|>","ids":[400],"tokens":["<|begin_of_text|>"]}}}]}
                """);
            root["pre_tokenizer"] = JsonNode.Parse("""
                {"type":"Sequence","pretokenizers":[{"type":"Split","behavior":"Isolated","invert":false,"pattern":{"Regex":
                 "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
                 {"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]}
                """);
        });
        var tokenizer = TokenizerFolder.Read(json);
        Assert.Equal([400, 256, 401, 256, '1', '2', '3', '4'], tokenizer.Encode("he<|eot|>  he1234"));
        Assert.Equal([402, 256], tokenizer.Encode("hehehe", special: false));
        Assert.Equal("hehe he", tokenizer.Decode([400, 402, 32, 256, 401, 9999]));
    }

    [Fact]
    public void Composed_text_passes_normalisation()
    {
        var json = TokenizerFolder.ByteLevel([], root => root["normalizer"] = JsonNode.Parse("""{"type":"NFC"}"""));
        var tokenizer = TokenizerFolder.Read(json);
        Assert.Equal("é 日本 🙂", tokenizer.Decode(tokenizer.Encode("é 日本 🙂")));
        var composes = "e\u0301".Normalize(NormalizationForm.FormC) == "é";
        if (composes) Assert.Equal(tokenizer.Encode("é"), tokenizer.Encode("e\u0301"));
        else Assert.Contains("U+0301", Assert.Throws<ModelException>(() => tokenizer.Encode("e\u0301")).Message);
    }

    [Theory]
    [InlineData("""{"normalizer":{"type":"Lowercase"}}""", "Lowercase")]
    [InlineData("""{"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "BertPreTokenizer")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","behavior":"MergedWithNext","pattern":{"String":" "}}}""", "MergedWithNext")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","behavior":"Isolated","pattern":{"Regex":"(("}}}""", "((")]
    [InlineData("""{"post_processor":{"type":"BertProcessing"}}""", "BertProcessing")]
    [InlineData("""{"decoder":{"type":"WordPiece"}}""", "WordPiece")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[]}}""", "Unigram")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]}}""", "vocab")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}}""", "vocab")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", "-1")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""", "merges")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}""", "merges")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[7]}}""", "merges")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"aa":1},"merges":["a a","a a"]}}""", "merges")]
    [InlineData("""{"added_tokens":[{"id":0,"content":"a"}]}""", "added_tokens")]
    [InlineData("""{"added_tokens":[{"id":999999999,"content":"z"}]}""", "999999999")]
    public void A_component_that_cannot_be_expressed_is_named(string fields, string names)
    {
        var json = TokenizerFolder.ByteLevel([], root =>
        {
            foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject()) root[name] = value?.DeepClone();
        });
        var exception = Assert.Throws<ModelException>(() => TokenizerFolder.Read(json));
        Assert.Contains(names, exception.Message);
        Assert.Contains("tokenizer.json", exception.Message);
    }
}
