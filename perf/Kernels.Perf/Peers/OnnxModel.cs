using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Kernels.Perf.Peers;

/// <summary>
/// Writes an ONNX model of one node in memory. Field numbers are those of the published schema (onnx/onnx.proto of the ONNX
/// project, IR version 8, operator set 17).
/// </summary>
internal static class OnnxModel
{
    private const int FloatType = 1;

    /// <summary>y = x·w with w [inputs, outputs] stored in the model, so that the runtime may pack it once.</summary>
    public static byte[] MatMul(int rows, int inputs, int outputs, ReadOnlySpan<float> w)
    {
        var graph = Message(output =>
        {
            Write(output, 1, Message(node =>
            {
                Write(node, 1, "x");
                Write(node, 1, "w");
                Write(node, 2, "y");
                Write(node, 4, "MatMul");
            }));
            Write(output, 2, "product");
            Write(output, 11, Value("x", rows, inputs));
            Write(output, 12, Value("y", rows, outputs));
        });

        // The initializer (field 5 of the graph) is by far the largest part; fields may come in any order.
        var header = Message(tensor =>
        {
            Write(tensor, 1, inputs);
            Write(tensor, 1, outputs);
            Write(tensor, 2, FloatType);
            Write(tensor, 8, "w");
        });
        var data = MemoryMarshal.AsBytes(w);
        var model = Message(output =>
        {
            Write(output, 1, 8);
            Write(output, 8, Message(set => Write(set, 2, 17)));
        });
        return Assemble(model, graph, header, data);
    }

    private static byte[] Assemble(byte[] model, byte[] graph, byte[] header, ReadOnlySpan<byte> data)
    {
        var dataLength = CodedOutputStream.ComputeTagSize(9) + CodedOutputStream.ComputeLengthSize(data.Length) + data.Length;
        var tensorLength = checked(header.Length + dataLength);
        var graphLength = checked(
            graph.Length + CodedOutputStream.ComputeTagSize(5) + CodedOutputStream.ComputeLengthSize(tensorLength) + tensorLength);
        var bytes = new byte[checked(
            model.Length + CodedOutputStream.ComputeTagSize(7) + CodedOutputStream.ComputeLengthSize(graphLength) + graphLength)];
        model.CopyTo(bytes, 0);
        var at = model.Length;
        at = Open(bytes, at, 7, graphLength);
        graph.CopyTo(bytes, at);
        at = Open(bytes, at + graph.Length, 5, tensorLength);
        header.CopyTo(bytes, at);
        at = Open(bytes, at + header.Length, 9, data.Length);
        data.CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    private static int Open(byte[] bytes, int at, int field, int length)
    {
        var head = Message(output =>
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteLength(length);
        });
        head.CopyTo(bytes, at);
        return at + head.Length;
    }

    private static byte[] Value(string name, int rows, int columns) => Message(value =>
    {
        Write(value, 1, name);
        Write(value, 2, Message(type => Write(type, 1, Message(tensor =>
        {
            Write(tensor, 1, FloatType);
            Write(tensor, 2, Message(shape =>
            {
                Write(shape, 1, Message(dimension => Write(dimension, 1, rows)));
                Write(shape, 1, Message(dimension => Write(dimension, 1, columns)));
            }));
        }))));
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true)) write(output);
        return stream.ToArray();
    }

    private static void Write(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    private static void Write(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void Write(CodedOutputStream output, int field, byte[] message)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(message));
    }
}
