using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Kernels.Models;

/// <summary>The fields of a protobuf message by number, as they lie in the file: what a reader of a few fields of a large schema needs.</summary>
/// <remarks>Length-delimited fields stay bytes until they are asked for; unknown fields are skipped.</remarks>
internal sealed class ProtobufMessage
{
    private readonly Dictionary<int, List<long>> _numbers = [];
    private readonly Dictionary<int, List<ByteString>> _bytes = [];

    private ProtobufMessage(string file) => File = file;

    /// <summary>The file, for messages.</summary>
    public string File { get; }

    /// <summary>Reads a message.</summary>
    /// <exception cref="ModelException">The bytes are no message.</exception>
    public static ProtobufMessage Parse(string file, ByteString data)
    {
        var message = new ProtobufMessage(file);
        try
        {
            using var input = data.CreateCodedInput();
            for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            {
                var field = WireFormat.GetTagFieldNumber(tag);
                switch (WireFormat.GetTagWireType(tag))
                {
                    case WireFormat.WireType.Varint: Add(message._numbers, field, input.ReadInt64()); break;
                    case WireFormat.WireType.Fixed32: Add(message._numbers, field, (long)input.ReadFixed32()); break;
                    case WireFormat.WireType.LengthDelimited: Add(message._bytes, field, input.ReadBytes()); break;
                    default: input.SkipLastField(); break;
                }
            }
        }
        catch (InvalidProtocolBufferException damage)
        {
            throw new ModelException(file, "protobuf", "damaged", damage.Message.TrimEnd('.'), "This is not a whole ONNX file: fetch it again.", damage);
        }

        return message;
    }

    /// <summary>Messages of a field.</summary>
    public IEnumerable<ProtobufMessage> Messages(int field) => Bytes(field).Select(data => Parse(File, data));

    /// <summary>Texts of a field.</summary>
    public IEnumerable<string> Texts(int field) => Bytes(field).Select(data => data.ToStringUtf8());

    /// <summary>The last text of a field, or empty.</summary>
    public string Text(int field) => Texts(field).LastOrDefault("");

    /// <summary>Bytes of a field.</summary>
    public IReadOnlyList<ByteString> Bytes(int field) => _bytes.GetValueOrDefault(field) ?? [];

    /// <summary>The last number of a field, or null.</summary>
    public long? Number(int field) => _numbers.TryGetValue(field, out var found) ? found[^1] : null;

    /// <summary>Whole numbers of a repeated field, packed or not.</summary>
    /// <exception cref="ModelException">Packed bytes are no numbers.</exception>
    public long[] Numbers(int field)
    {
        var numbers = new List<long>(_numbers.GetValueOrDefault(field) ?? []);
        try
        {
            foreach (var packed in Bytes(field))
            {
                using var input = packed.CreateCodedInput();
                while (!input.IsAtEnd) numbers.Add(input.ReadInt64());
            }
        }
        catch (InvalidProtocolBufferException damage)
        {
            throw new ModelException(File, $"field {field}", "damaged", damage.Message.TrimEnd('.'), "This is not a whole ONNX file: fetch it again.", damage);
        }

        return [.. numbers];
    }

    /// <summary>The last 32-bit number of a field as a float, or null.</summary>
    public float? Float(int field) => Number(field) is { } bits ? BitConverter.Int32BitsToSingle((int)bits) : null;

    /// <summary>Floats of a repeated field, packed or not; bytes beyond the last whole float are left out.</summary>
    public float[] Singles(int field) =>
    [
        .. (_numbers.GetValueOrDefault(field) ?? []).Select(bits => BitConverter.Int32BitsToSingle((int)bits)),
        .. Bytes(field).SelectMany(data => MemoryMarshal.Cast<byte, float>(data.Span[..(data.Length / sizeof(float) * sizeof(float))]).ToArray()),
    ];

    private static void Add<T>(Dictionary<int, List<T>> fields, int field, T value)
    {
        if (!fields.TryGetValue(field, out var list)) fields[field] = list = [];
        list.Add(value);
    }
}
