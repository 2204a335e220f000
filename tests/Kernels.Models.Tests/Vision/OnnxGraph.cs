using System.Runtime.InteropServices;
using Google.Protobuf;
using static Kernels.Perf.Peers.OnnxMessage;

namespace Kernels.Models.Tests.Vision;

/// <summary>An ONNX graph node by node, its weights stored in any of the ways the format has.</summary>
internal sealed class OnnxGraph(int opset, OnnxStorage storage = OnnxStorage.Raw, string location = OnnxGraph.WeightFile)
{
    public const string WeightFile = "weights.data";

    private const int Int64Type = 7, Float16Type = 10;

    private readonly List<byte[]> _nodes = [], _constants = [], _inputs = [];
    private readonly MemoryStream _external = new();
    private int _names;

    public int Opset => opset;

    public byte[] External => _external.ToArray();

    public OnnxGraph Input(string name, params int[] lengths)
    {
        _inputs.Add(Value(name, lengths));
        return this;
    }

    /// <summary>Adds an operation; the name of its output.</summary>
    public string Node(string operation, string[] inputs, params (string Name, object Value)[] attributes)
    {
        var output = $"{operation} {_names++}";
        Named(operation, inputs, output, attributes);
        return output;
    }

    public void Named(string operation, string[] inputs, string output, params (string Name, object Value)[] attributes) => _nodes.Add(Message(node =>
    {
        foreach (var input in inputs) Write(node, 1, input);
        Write(node, 2, output);
        Write(node, 3, $"/{output}");
        Write(node, 4, operation);
        foreach (var (name, value) in attributes) Write(node, 5, Attribute(name, value));
    }));

    /// <summary>Weights, stored as was asked for.</summary>
    public string Weights(float[] values, params int[] shape)
    {
        var name = $"weights {_names++}";
        switch (storage)
        {
            case OnnxStorage.Node: return Node("Constant", [], ("value", Tensor("", FloatType, shape, raw: MemoryMarshal.AsBytes(values.AsSpan()).ToArray())));
            case OnnxStorage.Half:
                _constants.Add(Tensor(name, Float16Type, shape, raw: MemoryMarshal.AsBytes(Array.ConvertAll(values, value => (Half)value).AsSpan()).ToArray()));
                return Node("Cast", [name], ("to", (long)FloatType));
            case OnnxStorage.Values: _constants.Add(Tensor(name, FloatType, shape, values: values)); break;
            case OnnxStorage.External: _constants.Add(Elsewhere(name, shape, values)); break;
            default: _constants.Add(Tensor(name, FloatType, shape, raw: MemoryMarshal.AsBytes(values.AsSpan()).ToArray())); break;
        }

        if (storage == OnnxStorage.Listed) _inputs.Insert(0, Value(name, shape)); // as files before version 4 have it
        return name;
    }

    public string Integers(params long[] values)
    {
        var name = $"integers {_names++}";
        _constants.Add(Tensor(name, Int64Type, [values.Length], raw: MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
        return name;
    }

    public byte[] Encode(string output, params int[] lengths)
    {
        var graph = Message(message =>
        {
            foreach (var node in _nodes) Write(message, 1, node);
            Write(message, 2, "network");
            foreach (var constant in _constants) Write(message, 5, constant);
            foreach (var input in _inputs) Write(message, 11, input);
            Write(message, 12, Value(output, lengths));
        });
        return Append(Message(model =>
        {
            Write(model, 1, 8);
            Write(model, 8, Message(set => Write(set, 2, opset)));
        }), 7, graph);
    }

    private byte[] Elsewhere(string name, int[] shape, float[] values)
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        var offset = _external.Length;
        _external.Write(bytes);
        (string, string)[] entries = [("location", location), ("offset", $"{offset}"), ("length", $"{bytes.Length}")];
        return Message(tensor =>
        {
            foreach (var length in shape) Write(tensor, 1, length);
            Write(tensor, 2, FloatType);
            Write(tensor, 8, name);
            foreach (var (key, value) in entries)
                Write(tensor, 13, Message(entry =>
                {
                    Write(entry, 1, key);
                    Write(entry, 2, value);
                }));
            Write(tensor, 14, 1);
        });
    }

    private static byte[] Tensor(string name, int type, int[] shape, byte[]? raw = null, float[]? values = null) => Message(tensor =>
    {
        foreach (var length in shape) Write(tensor, 1, length);
        Write(tensor, 2, type);
        if (values is not null) Write(tensor, 4, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        Write(tensor, 8, name);
        if (raw is not null) Write(tensor, 9, raw);
    });

    private static byte[] Attribute(string name, object value) => Message(attribute =>
    {
        Write(attribute, 1, name);
        switch (value)
        {
            case float number:
                attribute.WriteTag(2, WireFormat.WireType.Fixed32);
                attribute.WriteFloat(number);
                break;
            case long number: Write(attribute, 3, number); break;
            case string text: Write(attribute, 4, text); break;
            case byte[] tensor: Write(attribute, 5, tensor); break;
            case long[] numbers:
                foreach (var number in numbers) Write(attribute, 8, number);
                break;
        }

        Write(attribute, 20, value switch { float => 1, long => IntAttribute, string => 3, byte[] => 4, _ => IntsAttribute });
    });
}
