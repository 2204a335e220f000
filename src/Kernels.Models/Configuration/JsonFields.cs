using System.Text.Json;
using System.Text.Unicode;

namespace Kernels.Models;

/// <summary>Reads checked fields of a JSON object; every refusal names the file and the field.</summary>
internal readonly struct JsonFields
{
    private readonly string _file, _path;
    private readonly JsonElement _element;

    private JsonFields(string file, string path, JsonElement element)
    {
        _file = file;
        _path = path;
        _element = element;
    }

    /// <summary>The file the fields come from.</summary>
    public string File => _file;

    /// <summary>The object itself.</summary>
    public JsonElement Element => _element;

    /// <summary>Names of the fields.</summary>
    public IEnumerable<string> Names => _element.EnumerateObject().Select(property => property.Name);

    /// <summary>Parses a whole file that must be one object.</summary>
    public static JsonFields Parse(string file, ReadOnlyMemory<byte> json)
    {
        try
        {
            var text = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;
            if (!Utf8.IsValid(text.Span))
                throw new ModelException(file, "content", "not UTF-8", "JSON is UTF-8", "Fetch the file again.");
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 });
            if (text.Span.IndexOf("\\u"u8) >= 0) CheckEscapes(document.RootElement);
            return Of(file, "", document.RootElement.Clone());
        }
        catch (InvalidOperationException exception)
        {
            throw new ModelException(file, "content", "half a surrogate pair", "text must be Unicode", "Fetch the file again.", exception);
        }
        catch (JsonException exception)
        {
            throw new ModelException(file, "content", "not valid JSON", exception.Message.TrimEnd('.'), "Fetch the file again.", exception);
        }
    }

    // Escapes may spell half a surrogate pair, which GetString refuses long after parsing.
    private static void CheckEscapes(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String) element.GetString();
        else if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray()) CheckEscapes(item);
        else if (element.ValueKind == JsonValueKind.Object)
            foreach (var property in element.EnumerateObject())
            {
                _ = property.Name;
                CheckEscapes(property.Value);
            }
    }

    /// <summary>The fields of <paramref name="element"/>, which must be an object.</summary>
    public static JsonFields Of(string file, string path, JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? new(file, path, element)
        : throw new ModelException(file, path.Length == 0 ? "content" : path.TrimEnd('.'), element.ValueKind.ToString(), "an object is required", "Correct the file.");

    /// <summary>Whether the field is there and not null.</summary>
    public bool Has(string name) => _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>The field, or null where it is absent or null.</summary>
    public JsonElement? Find(string name) => Has(name) ? _element.GetProperty(name) : null;

    /// <summary>A nested object, or null.</summary>
    public JsonFields? Object(string name) => Find(name) is { } value ? Of(_file, $"{_path}{name}.", value) : null;

    /// <summary>A whole number; <paramref name="absent"/> stands in for a missing one, and without it the field is required.</summary>
    public int Integer(string name, int least, int most, int? absent = null)
    {
        if (Find(name) is not { } value) return absent ?? throw Refuse(name, "missing", "it is required");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Refuse(name, value.GetRawText(), $"a whole number from {least} to {most} is required");
    }

    /// <summary>A finite number within limits.</summary>
    public double Number(string name, double least, double most, double? absent = null)
    {
        if (Find(name) is not { } value) return absent ?? throw Refuse(name, "missing", "it is required");
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw Refuse(name, value.GetRawText(), FormattableString.Invariant($"a number from {least} to {most} is required"));
    }

    /// <summary>A Boolean.</summary>
    public bool Flag(string name, bool absent) => Find(name) switch
    {
        null => absent,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw Refuse(name, other.GetRawText(), "true or false is required"),
    };

    /// <summary>A string, or null where absent.</summary>
    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } other => throw Refuse(name, other.GetRawText(), "a string is required"),
    };

    /// <summary>The items of an array; empty where absent.</summary>
    public IEnumerable<JsonElement> Items(string name) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } value => value.EnumerateArray(),
        { } other => throw Refuse(name, other.GetRawText(), "an array is required"),
    };

    /// <summary>The exception a wrong field deserves.</summary>
    public ModelException Refuse(string name, string received, string limit, string remedy = "Correct the file, or choose another model.") =>
        new(_file, _path + name, received, limit, remedy);
}
