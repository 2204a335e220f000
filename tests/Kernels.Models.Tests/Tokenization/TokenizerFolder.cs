using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kernels.Models.Tests;

/// <summary>Tokenizer files made for one test.</summary>
internal static class TokenizerFolder
{
    /// <summary>Reads a <c>tokenizer.json</c> given as text.</summary>
    public static TextTokenizer Read(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], json);
        return TextTokenizer.Read(ModelFiles.InFolder(folder.Path));
    }

    /// <summary>A byte-level model: the 256 bytes in order of value, then a token for each merge.</summary>
    /// <param name="merges">Pairs such as "h e", written in the byte alphabet.</param>
    /// <param name="change">Edits the file before it is read.</param>
    public static string ByteLevel(string[] merges, Action<JsonNode>? change = null)
    {
        var vocabulary = new JsonObject();
        for (var value = 0; value < 256; value++) vocabulary[Letter(value)] = value;
        foreach (var merge in merges) vocabulary[merge.Replace(" ", "")] = vocabulary.Count;
        var root = new JsonObject
        {
            ["added_tokens"] = new JsonArray(),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = true },
            ["post_processor"] = null,
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = vocabulary,
                ["merges"] = JsonSerializer.SerializeToNode(merges),
            },
        };
        change?.Invoke(root);
        return root.ToJsonString();
    }

    private static string Letter(int value)
    {
        var visible = value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174;
        var hidden = Enumerable.Range(0, value).Count(other => other is < 33 or (> 126 and < 161) or 173);
        return ((char)(visible ? value : 256 + hidden)).ToString();
    }
}
