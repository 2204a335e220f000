using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>The values of a stored tensor (TensorProto of the published schema, onnx/onnx.proto): in fields of their type, as raw bytes, or in another file.</summary>
/// <param name="message">The tensor.</param>
/// <param name="label">Its name, for messages.</param>
/// <param name="shape">Its shape.</param>
internal sealed class OnnxTensorData(ProtobufMessage message, string label, int[] shape)
{
    // TensorProto.DataType.
    private const int Float32 = 1, Int32 = 6, Int64 = 7, Float16 = 10, BFloat16 = 16;

    // TensorProto's fields, and those of the entries that say where another file has the values.
    private const int DataType = 2, FloatData = 4, Int32Data = 5, Int64Data = 7, RawData = 9, ExternalData = 13, DataLocation = 14, EntryKey = 1, EntryValue = 2;

    private long Type => message.Number(DataType) ?? 0;

    private long Count => shape.Aggregate(1L, (count, length) => Math.Min(count * length, int.MaxValue));

    /// <summary>Floating values.</summary>
    /// <exception cref="ModelException">They cannot be read, are not floating, or are not as many as the shape has.</exception>
    public float[] Floats()
    {
        ElementType storage = Type switch
        {
            Float32 => ElementType.Float32,
            Float16 => ElementType.Float16,
            BFloat16 => ElementType.BFloat16,
            _ => throw Refuse($"of type {Type}", "FLOAT, FLOAT16 and BFLOAT16 are read", "Export the model with floating weights."),
        };
        if (Raw(storage.Size()) is { } raw) return FloatStorage.Decode(raw.Span, storage);
        return Counted(storage == ElementType.Float32
            ? message.Singles(FloatData)
            : FloatStorage.Decode(MemoryMarshal.AsBytes(Array.ConvertAll(message.Numbers(Int32Data), bits => (ushort)bits).AsSpan()), storage));
    }

    /// <summary>Whole numbers.</summary>
    /// <exception cref="ModelException">They cannot be read, are of another type, or are not as many as the shape has.</exception>
    public long[] Integers()
    {
        if (Type is not (Int32 or Int64)) throw Refuse($"of type {Type}", "INT32 and INT64 are read here", "Export the model again.");
        if (Raw(Type == Int32 ? sizeof(int) : sizeof(long)) is not { } raw) return Counted(message.Numbers(Type == Int32 ? Int32Data : Int64Data));
        return Type == Int64 ? MemoryMarshal.Cast<byte, long>(raw.Span).ToArray() : Array.ConvertAll(MemoryMarshal.Cast<byte, int>(raw.Span).ToArray(), value => (long)value);
    }

    // Null where the values are in fields of their type.
    private ReadOnlyMemory<byte>? Raw(int size)
    {
        var isElsewhere = (message.Number(DataLocation) ?? 0) != 0;
        if (!isElsewhere && message.Bytes(RawData).Count == 0) return null;
        var raw = isElsewhere ? External(Count * size) : message.Bytes(RawData)[^1].Memory;
        return raw.Length == Count * size ? raw : throw Refuse($"{raw.Length} bytes", $"[{string.Join(", ", shape)}] takes {Count * size}", "Export the model again.");
    }

    private byte[] External(long length)
    {
        var entries = message.Messages(ExternalData).GroupBy(entry => entry.Text(EntryKey)).ToDictionary(group => group.Key, group => group.Last().Text(EntryValue));
        var location = entries.GetValueOrDefault("location", "");
        if (location.Length == 0 || Path.IsPathRooted(location) || location.Contains(':') || location.Split('/', '\\').Contains(".."))
            throw Refuse($"stored in '{location}'", "files beside the model are read", "Do not trust this model.");
        var offset = Number("offset", 0);
        if (length > Array.MaxLength || Number("length", length) != length)
            throw Refuse($"{Number("length", length)} bytes of '{location}'", $"[{string.Join(", ", shape)}] takes {length}, and at most {Array.MaxLength} are read", "Export the model again.");
        var path = Path.Combine(Path.GetDirectoryName(message.File) ?? "", location);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (offset > stream.Length - length)
                throw Refuse($"{length} bytes at {offset} of '{location}'", $"that file has {stream.Length}", "Fetch the file again.");
            var data = new byte[length];
            stream.Position = offset;
            stream.ReadExactly(data);
            return data;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(path, $"values of tensor '{label}'", "unreadable", exception.Message.TrimEnd('.'), "Keep the file with the weights beside the model.", exception);
        }

        long Number(string key, long absent) => !entries.TryGetValue(key, out var text) ? absent
            : long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= 0 ? number
            : throw Refuse($"{key} '{text}'", "a whole number is needed", "Export the model again.");
    }

    private T[] Counted<T>(T[] values) =>
        values.Length == Count ? values : throw Refuse($"{values.Length} values", $"[{string.Join(", ", shape)}] has {Count}", "Export the model again.");

    private ModelException Refuse(string received, string limit, string remedy) => new(message.File, $"tensor '{label}'", received, limit, remedy);
}
