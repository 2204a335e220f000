using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>A constant of an ONNX graph (TensorProto of the published schema, onnx/onnx.proto).</summary>
internal sealed class OnnxTensor
{
    // TensorProto.DataType.
    private const int Float32 = 1, Float16 = 10, BFloat16 = 16;

    // TensorProto's fields.
    private const int Dims = 1, DataType = 2, FloatData = 4, Name = 8, RawData = 9, DataLocation = 14;

    private readonly ProtobufMessage _message;

    private OnnxTensor(ProtobufMessage message, string name) => (_message, Label) = (message, name);

    /// <summary>Its name.</summary>
    public string Label { get; }

    /// <summary>Its shape.</summary>
    public int[] Shape { get; private init; } = [];

    /// <summary>Reads the description; values are read when they are asked for.</summary>
    /// <exception cref="ModelException">A dimension is out of range.</exception>
    public static OnnxTensor Parse(ProtobufMessage message)
    {
        var name = message.Text(Name);
        var dims = message.Numbers(Dims);
        if (dims.Any(length => length is < 0 or > int.MaxValue))
            throw new ModelException(message.File, $"shape of tensor '{name}'", $"[{string.Join(", ", dims)}]", "lengths are not negative", "Export the model again.");
        return new OnnxTensor(message, name) { Shape = [.. dims.Select(length => (int)length)] };
    }

    /// <summary>The values of a floating tensor.</summary>
    /// <exception cref="ModelException">It is stored elsewhere, is not floating, or has more or fewer values than its shape.</exception>
    public float[] Floats()
    {
        if ((_message.Number(DataLocation) ?? 0) != 0) throw Refuse("stored in another file", "weights inside the model are read", "Export the model as one file.");
        var type = _message.Number(DataType) ?? 0;
        float[] values;
        if (_message.Bytes(RawData) is [.., var raw])
        {
            ElementType storage = type switch
            {
                Float32 => ElementType.Float32,
                Float16 => ElementType.Float16,
                BFloat16 => ElementType.BFloat16,
                _ => throw Refuse($"of type {type}", "FLOAT, FLOAT16 and BFLOAT16 are read", "Export the model with floating weights."),
            };
            if (raw.Length % storage.Size() != 0) throw Refuse($"{raw.Length} bytes", $"elements have {storage.Size()}", "Export the model again.");
            values = FloatStorage.Decode(raw.Span, storage);
        }
        else
        {
            if (type != Float32) throw Refuse($"of type {type}", "FLOAT is read where values are not raw bytes", "Export the model with floating weights.");
            var packed = _message.Bytes(FloatData).SelectMany(data => MemoryMarshal.Cast<byte, float>(data.Span[..(data.Length / 4 * 4)]).ToArray());
            values = [.. _message.Singles(FloatData), .. packed];
        }

        long count = 1;
        foreach (var length in Shape) count = Math.Min(count * length, int.MaxValue);
        return values.Length == count ? values : throw Refuse($"{values.Length} values", $"[{string.Join(", ", Shape)}] has {count}", "Export the model again.");
    }

    private ModelException Refuse(string received, string limit, string remedy) => new(_message.File, $"tensor '{Label}'", received, limit, remedy);
}
