using System.Text.Json;

namespace Kernels.Models;

/// <summary>
/// Reads the header of a safetensors file: 8 bytes of little-endian length, a JSON object, then the tensors' bytes without
/// gaps or overlaps (format: huggingface/safetensors, README, "Format").
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>Most bytes a header may have, as in the reference implementation.</summary>
    public const long LongestHeader = 100_000_000;

    private const string Damaged = "The file is damaged or incomplete: fetch it again.";

    /// <summary>Parses and checks a header.</summary>
    /// <param name="file">Name for messages.</param>
    /// <param name="json">The JSON object.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <returns>The tensors in the order of their bytes, and the free-form metadata.</returns>
    public static (List<SafetensorsEntry> Entries, Dictionary<string, string> Metadata) Parse(
        string file, ReadOnlySpan<byte> json, long fileLength)
    {
        var entries = new List<SafetensorsEntry>();
        var metadata = new Dictionary<string, string>();
        var names = new HashSet<string>();
        var dataStart = 8L + json.Length;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            Expect(file, "header", ref reader, JsonTokenType.StartObject, "an object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (!names.Add(name))
                    throw Refuse(file, $"tensor '{name}'", "listed twice", "a name may occur once");
                if (name == "__metadata__") ReadMetadata(file, ref reader, metadata);
                else entries.Add(ReadEntry(file, name, ref reader, dataStart, fileLength));
            }

            if (reader.Read())
                throw Refuse(file, "header", "followed by more JSON", "a header is one object");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: GetString on bytes that are not UTF-8.
            throw new ModelException(file, "header", "not valid JSON", exception.Message.TrimEnd('.'), Damaged, exception);
        }

        entries.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.ByteLength.CompareTo(b.ByteLength));
        CheckCover(file, entries, dataStart, fileLength);
        return (entries, metadata);
    }

    private static void CheckCover(string file, List<SafetensorsEntry> entries, long dataStart, long fileLength)
    {
        var expected = dataStart;
        foreach (var entry in entries)
        {
            if (entry.Offset != expected)
                throw Refuse(file, $"tensor '{entry.Name}'", $"at data offset {entry.Offset - dataStart}",
                    $"the tensor before it ends at {expected - dataStart} and tensors may neither overlap nor leave gaps");
            expected += entry.ByteLength;
        }

        if (expected != fileLength)
            throw Refuse(file, "file length", $"{fileLength} bytes", $"its tensors end at byte {expected}");
    }

    private static SafetensorsEntry ReadEntry(string file, string name, ref Utf8JsonReader reader, long dataStart, long fileLength)
    {
        var subject = $"tensor '{name}'";
        string? type = null;
        List<long>? shape = null, offsets = null;
        Expect(file, subject, ref reader, JsonTokenType.StartObject, "an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString()!;
            switch (field)
            {
                case "dtype" when type is null:
                    Expect(file, $"dtype of {subject}", ref reader, JsonTokenType.String, "a string");
                    type = reader.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(file, $"shape of {subject}", ref reader);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(file, $"data_offsets of {subject}", ref reader);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Refuse(file, $"{field} of {subject}", "given twice", "a field may occur once");
                default:
                    reader.Skip();
                    break;
            }
        }

        if (type is null || shape is null || offsets is null)
            throw Refuse(file, subject, "incomplete", "dtype, shape and data_offsets are all required");
        var bits = BitsOf(type);
        if (bits == 0)
            throw new ModelException(file, $"dtype of {subject}", type,
                "the known types are F64, F32, F16, BF16, F8_E4M3, F8_E5M2, I64, I32, I16, I8, U64, U32, U16, U8, BOOL", "Convert the file.");
        if (offsets.Count != 2)
            throw Refuse(file, $"data_offsets of {subject}", $"{offsets.Count} numbers", "a begin and an end are required");
        var (begin, end) = (offsets[0], offsets[1]);
        var available = fileLength - dataStart;
        if (begin > end || end > available)
            throw Refuse(file, $"data_offsets of {subject}", $"[{begin}, {end}]", $"the file holds {available} bytes of tensors");
        Int128 bytes = bits / 8;
        foreach (var length in shape)
            if ((bytes *= length) > long.MaxValue)
                throw Refuse(file, $"shape of {subject}", $"[{string.Join(", ", shape)}]", "its size must stay below 2^63 bytes");
        if (bytes != end - begin)
            throw Refuse(file, subject, $"{type}[{string.Join(", ", shape)}], {bytes} bytes", $"its data_offsets span {end - begin} bytes");
        return new SafetensorsEntry(name, type, shape, dataStart + begin, end - begin);
    }

    private static List<long> ReadNumbers(string file, string subject, ref Utf8JsonReader reader)
    {
        var numbers = new List<long>(4);
        Expect(file, subject, ref reader, JsonTokenType.StartArray, "an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Refuse(file, subject, reader.TokenType == JsonTokenType.Number ? Raw(ref reader) : reader.TokenType.ToString(),
                    "whole numbers from 0 to 2^63 − 1 are required");
            numbers.Add(number);
        }

        return numbers;
    }

    private static void ReadMetadata(string file, ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        Expect(file, "__metadata__", ref reader, JsonTokenType.StartObject, "an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            Expect(file, $"__metadata__ '{key}'", ref reader, JsonTokenType.String, "a string");
            metadata[key] = reader.GetString()!;
        }
    }

    private static void Expect(string file, string subject, ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (!reader.Read() || reader.TokenType != type)
            throw Refuse(file, subject, reader.TokenType.ToString(), $"{what} is required");
    }

    private static string Raw(ref Utf8JsonReader reader) => System.Text.Encoding.UTF8.GetString(reader.ValueSpan);

    /// <summary>Bits of an element, a whole number of bytes; 0 for a type the format does not know.</summary>
    public static int BitsOf(string type) => type switch
    {
        "F64" or "I64" or "U64" => 64,
        "F32" or "I32" or "U32" => 32,
        "F16" or "BF16" or "I16" or "U16" => 16,
        "F8_E4M3" or "F8_E5M2" or "I8" or "U8" or "BOOL" => 8,
        _ => 0,
    };

    private static ModelException Refuse(string file, string subject, string received, string limit) =>
        new(file, subject, received, limit, Damaged);
}
