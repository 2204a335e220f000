using System.Text;
using System.Text.Json;
using CsCheck;
using Xunit;

namespace Kernels.Models.Tests;

public class Stories260kTokenizerTests
{
    [Fact]
    public void The_reference_prompt_gives_the_reference_tokens()
    {
        var reference = SharedData.Stories260kReference();
        var tokenizer = Read();
        Assert.Equal(reference.PromptTokens, tokenizer.Encode(reference.Prompt));
        Assert.Equal(reference.PromptTokens[1..], tokenizer.Encode(reference.Prompt, special: false));
        Assert.Equal(511, tokenizer.LargestToken);
    }

    [Fact]
    public void The_reference_tokens_give_the_reference_text()
    {
        var reference = SharedData.Stories260kReference();
        var text = Read().Decode([.. reference.PromptTokens, .. reference.GeneratedTokens]);
        Assert.StartsWith(text, reference.Text); // the reference printed one token more than it lists
        Assert.InRange(text.Length, reference.Text.Length - 8, reference.Text.Length);
    }

    [Fact]
    public void Any_text_is_merged_by_rank_and_comes_back()
    {
        var tokenizer = Read();
        var (vocabulary, merges) = Model();
        var words = Gen.OneOfConst("Once", " upon", " a", " time", "  ", ", ", "there was", "\n", "é", "日本", "🙂", "<0x41>", "the", "He", "—", "\t", "ing");
        words.Array[0, 40].Select(string.Concat).Sample(text =>
        {
            var tokens = tokenizer.Encode(text, special: false);
            Assert.Equal(Naive(text, vocabulary, merges), tokens);
            Assert.Equal(text, tokenizer.Decode(tokens));
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void A_long_text_takes_time_in_proportion()
    {
        var text = string.Concat(Enumerable.Repeat("Once upon a time, there was a little girl named Lily. ", 8000));
        var tokens = Read().Encode(text); // with merging quadratic in the text this would take minutes
        Assert.Equal(text, Read().Decode(tokens));
    }

    private static TextTokenizer Read() => TextTokenizer.Read(ModelFiles.InFolder(SharedData.Stories260k()));

    private static (Dictionary<string, int> Vocabulary, Dictionary<(string, string), int> Ranks) Model()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedData.Stories260k(), "tokenizer.json")));
        var model = document.RootElement.GetProperty("model");
        var ranks = new Dictionary<(string, string), int>();
        foreach (var merge in model.GetProperty("merges").EnumerateArray())
        {
            var parts = merge.ValueKind == JsonValueKind.String ? merge.GetString()!.Split(' ') : merge.EnumerateArray().Select(part => part.GetString()!).ToArray();
            ranks.Add((parts[0], parts[1]), ranks.Count);
        }

        return (model.GetProperty("vocab").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetInt32()), ranks);
    }

    // The definition of byte-pair encoding: merge the neighbours of lowest rank, leftmost first, until none can be.
    private static List<int> Naive(string text, Dictionary<string, int> vocabulary, Dictionary<(string, string), int> ranks)
    {
        if (text.Length == 0) return [];
        var symbols = ("▁" + text.Replace(' ', '▁')).EnumerateRunes().Select(rune => rune.ToString()).ToList();
        while (true)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < symbols.Count; i++)
                if (ranks.TryGetValue((symbols[i], symbols[i + 1]), out var rank) && rank < best) (best, at) = (rank, i);
            if (at < 0) break;
            symbols[at] += symbols[at + 1];
            symbols.RemoveAt(at + 1);
        }

        return [.. symbols.SelectMany(symbol => vocabulary.TryGetValue(symbol, out var id)
            ? [id] : Encoding.UTF8.GetBytes(symbol).Select(value => vocabulary[$"<0x{value:X2}>"]))];
    }
}
