using Google.Protobuf;

namespace Kernels.Perf.Peers;

/// <summary>Writes protobuf messages field by field.</summary>
internal static class OnnxMessage
{
    /// <summary>ONNX's number for fp32, and for attributes that hold a whole number or several.</summary>
    public const int FloatType = 1, IntAttribute = 2, IntsAttribute = 7;

    /// <summary>The bytes of a message.</summary>
    public static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true)) write(output);
        return stream.ToArray();
    }

    /// <summary>A message with one more field; the value is copied once.</summary>
    public static byte[] Append(byte[] message, int field, ReadOnlySpan<byte> value)
    {
        var length = value.Length;
        var head = Message(output =>
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteLength(length);
        });
        var joined = new byte[checked(message.Length + head.Length + length)];
        message.CopyTo(joined, 0);
        head.CopyTo(joined, message.Length);
        value.CopyTo(joined.AsSpan(message.Length + head.Length));
        return joined;
    }

    /// <summary>Writes a number.</summary>
    public static void Write(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    /// <summary>Writes text.</summary>
    public static void Write(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    /// <summary>Writes a message or bytes.</summary>
    public static void Write(CodedOutputStream output, int field, byte[] message)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(message));
    }

    /// <summary>An fp32 value of a graph: name and shape.</summary>
    public static byte[] Value(string name, params int[] lengths) => Message(value =>
    {
        Write(value, 1, name);
        Write(value, 2, Message(type => Write(type, 1, Message(tensor =>
        {
            Write(tensor, 1, FloatType);
            Write(tensor, 2, Message(shape =>
            {
                foreach (var length in lengths) Write(shape, 1, Message(dimension => Write(dimension, 1, length)));
            }));
        }))));
    });

    /// <summary>The parts of a model that precede its graph: versions, and the domain of contributed operators.</summary>
    public static byte[] Header(string domain = "") => Message(output =>
    {
        Write(output, 1, 8);
        Write(output, 8, Message(set => Write(set, 2, 17)));
        if (domain.Length == 0) return;
        Write(output, 8, Message(set =>
        {
            Write(set, 1, domain);
            Write(set, 2, 1);
        }));
    });
}
