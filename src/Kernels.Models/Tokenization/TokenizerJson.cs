using System.Text.Json;

namespace Kernels.Models;

/// <summary>Reads <c>tokenizer.json</c> (format: huggingface/tokenizers); a component that cannot be expressed is named and refused.</summary>
internal static class TokenizerJson
{
    private const int LargestId = 1 << 22;
    private const string Choose = "Choose a model with another tokenizer.";

    public static TextTokenizer Read(string file, byte[] json)
    {
        var root = JsonFields.Parse(file, json);
        var model = root.Object("model") ?? throw root.Refuse("model", "missing", "it is required");
        var (vocabulary, bpe) = ReadModel(model);
        var added = ReadAdded(root, vocabulary);
        var normalizers = TextRewrites.Read(root);
        var (prefix, suffix) = ReadTemplate(root);
        var pieces = new string?[1 + vocabulary.Values.Concat(added.Select(token => token.Id)).Concat(prefix).Concat(suffix).Max()];
        foreach (var (piece, id) in vocabulary) pieces[id] = piece;
        foreach (var token in added) pieces[token.Id] = token.Special ? null : token.Content;
        var (byteLevel, stripsStart) = ReadDecoder(root);
        return new PipelineTokenizer(stripsStart)
        {
            File = file,
            Raw = Finder(added.Where(token => !token.Normalized)),
            Normalized = Finder(added.Where(token => token.Normalized).Select(token =>
                token with { Content = normalizers.Aggregate(token.Content, (text, rewrite) => rewrite(text)) })),
            Normalizers = normalizers,
            PreTokenizers = TextSplits.Read(root),
            Model = bpe,
            Prefix = prefix,
            Suffix = suffix,
            Pieces = pieces,
            ByteLevel = byteLevel,
            Literal = [.. added.Where(token => !token.Special).Select(token => token.Id)],
        };
    }

    private static (Dictionary<string, int> Vocabulary, BpeModel Model) ReadModel(JsonFields model)
    {
        // Files older than the type field hold BPE exactly when there are merges.
        var type = model.Text("type") ?? (model.Has("merges") ? "BPE" : "missing");
        if (type != "BPE")
            throw model.Refuse("type", type, "BPE models are read from tokenizer.json; Unigram ones from tokenizer.model", Choose);
        if (model.Number("dropout", 0, 1, 0) != 0) throw model.Refuse("dropout", "not 0", "encoding must be deterministic", Choose);
        foreach (var affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            if (model.Text(affix) is { Length: > 0 } text) throw model.Refuse(affix, text, "it must be empty", Choose);
        var entries = model.Object("vocab") ?? throw model.Refuse("vocab", "missing", "it is required");
        var vocabulary = new Dictionary<string, int>();
        var ids = new HashSet<int>();
        foreach (var entry in entries.Element.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id) || id is < 0 or >= LargestId || !ids.Add(id))
                throw entries.Refuse(entry.Name, entry.Value.GetRawText(), $"distinct ids from 0 to {LargestId - 1} are required");
            vocabulary.Add(entry.Name, id);
        }

        if (vocabulary.Count == 0) throw model.Refuse("vocab", "empty", "at least one token is required");
        var unknown = model.Text("unk_token");
        if (unknown is not null && !vocabulary.ContainsKey(unknown)) throw model.Refuse("unk_token", unknown, "it must be in the vocabulary");
        try
        {
            return (vocabulary, new BpeModel(vocabulary, [.. model.Items("merges").Select(merge => Merge(model, merge))], unknown,
                model.Flag("fuse_unk", false), model.Flag("ignore_merges", false), model.Flag("byte_fallback", false)));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            throw new ModelException(model.File, "model.merges", "inconsistent", exception.Message.TrimEnd('.'), "Fetch the file again.", exception);
        }
    }

    // "a b", or ["a", "b"] in newer files.
    private static string Merge(JsonFields model, JsonElement merge)
    {
        var parts = merge.ValueKind == JsonValueKind.String ? merge.GetString()!.Split(' ')
            : merge.ValueKind == JsonValueKind.Array && merge.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String)
                ? [.. merge.EnumerateArray().Select(part => part.GetString()!)] : [];
        return parts.Length == 2 && parts.All(part => part.Length > 0 && !part.Contains(' '))
            ? $"{parts[0]} {parts[1]}"
            : throw model.Refuse("merges", merge.GetRawText(), "two tokens without spaces are required");
    }

    private sealed record Added(string Content, int Id, bool Special, bool Normalized, bool TakesLeft, bool TakesRight, bool SingleWord);

    private static List<Added> ReadAdded(JsonFields root, Dictionary<string, int> vocabulary)
    {
        var added = new List<Added>();
        foreach (var item in root.Items("added_tokens"))
        {
            var token = JsonFields.Of(root.File, "added_tokens.", item);
            var content = token.Text("content");
            if (string.IsNullOrEmpty(content)) throw token.Refuse("content", "missing or empty", "text is required");
            var special = token.Flag("special", false);
            var id = token.Integer("id", 0, LargestId - 1);
            if (vocabulary.TryGetValue(content, out var known) && known != id)
                throw token.Refuse("id", $"{id}", $"the vocabulary gives '{content}' the id {known}");
            added.Add(new Added(content, id, special, token.Flag("normalized", !special),
                token.Flag("lstrip", false), token.Flag("rstrip", false), token.Flag("single_word", false)));
        }

        return added;
    }

    private static AddedTokens Finder(IEnumerable<Added> tokens) =>
        new([.. tokens.Select(token => (token.Content, token.Id, token.TakesLeft, token.TakesRight, token.SingleWord))]);

    private static (List<int> Prefix, List<int> Suffix) ReadTemplate(JsonFields root)
    {
        List<int> prefix = [], suffix = [];
        foreach (var processor in Components(root, "post_processor", "processors"))
        {
            switch (processor.Text("type"))
            {
                case "ByteLevel": // changes offsets only
                    break;
                case "TemplateProcessing":
                    ReadTemplate(processor, prefix, suffix);
                    break;
                case var other:
                    throw processor.Refuse("type", other ?? "missing", "ByteLevel and TemplateProcessing are supported", Choose);
            }
        }

        return (prefix, suffix);
    }

    private static void ReadTemplate(JsonFields processor, List<int> prefix, List<int> suffix)
    {
        var target = prefix;
        foreach (var item in processor.Items("single"))
        {
            var part = JsonFields.Of(processor.File, "post_processor.single.", item);
            if (part.Has("Sequence"))
            {
                target = suffix;
                continue;
            }

            var name = part.Object("SpecialToken")?.Text("id") ?? throw processor.Refuse("single", item.GetRawText(), "SpecialToken and Sequence are supported", Choose);
            var ids = processor.Object("special_tokens")?.Object(name) ?? throw processor.Refuse("special_tokens", "incomplete", $"'{name}' must be listed");
            foreach (var id in ids.Items("ids"))
                target.Add(id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var value) && value is >= 0 and < LargestId
                    ? value
                    : throw ids.Refuse("ids", id.GetRawText(), $"tokens from 0 to {LargestId - 1} are required"));
        }
    }

    private static (bool ByteLevel, bool StripsStart) ReadDecoder(JsonFields root)
    {
        var (byteLevel, strips) = (false, false);
        foreach (var decoder in Components(root, "decoder", "decoders"))
        {
            switch (decoder.Text("type"))
            {
                case "ByteLevel":
                    byteLevel = true;
                    break;
                case "Metaspace":
                    strips = decoder.Text("prepend_scheme") != "never" && decoder.Flag("add_prefix_space", true);
                    break;
                case "Strip" when decoder.Text("content") == " " && decoder.Integer("stop", 0, 0, 0) == 0:
                    strips = decoder.Integer("start", 0, 1, 0) == 1;
                    break;
                case "Replace" when decoder.Object("pattern")?.Text("String") == "▁" && decoder.Text("content") == " ":
                case "ByteFallback" or "Fuse":
                    break;
                case var other:
                    throw decoder.Refuse("type", other ?? "missing",
                        "ByteLevel, Metaspace, ByteFallback, Fuse, Replace of ▁ by a space and Strip of one leading space are supported", Choose);
            }
        }

        return (byteLevel, strips);
    }

    /// <summary>The component called <paramref name="name"/>: none, one, or the flattened parts of a Sequence.</summary>
    public static IEnumerable<JsonFields> Components(JsonFields parent, string name, string parts)
    {
        if (parent.Object(name) is not { } component) yield break;
        if (component.Text("type") != "Sequence")
        {
            yield return component;
            yield break;
        }

        foreach (var item in component.Items(parts))
        {
            var part = JsonFields.Of(parent.File, $"{name}.{parts}.", item);
            if (part.Text("type") == "Sequence") throw part.Refuse("type", "Sequence", "sequences are not nested", Choose);
            yield return part;
        }
    }
}
