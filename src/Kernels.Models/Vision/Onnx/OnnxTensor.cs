namespace Kernels.Models;

/// <summary>A constant of an ONNX graph: its name and shape; values are read when they are asked for.</summary>
internal sealed class OnnxTensor
{
    // TensorProto's fields (onnx/onnx.proto).
    private const int Dims = 1, Name = 8;

    private readonly Func<float[]> _floats;
    private readonly Func<long[]> _integers;

    private OnnxTensor(string label, int[] shape, Func<float[]> floats, Func<long[]> integers) => (Label, Shape, _floats, _integers) = (label, shape, floats, integers);

    /// <summary>Its name.</summary>
    public string Label { get; }

    /// <summary>Its shape; empty for a scalar.</summary>
    public int[] Shape { get; }

    /// <summary>Reads the description of a stored tensor.</summary>
    /// <exception cref="ModelException">A dimension is out of range.</exception>
    public static OnnxTensor Parse(ProtobufMessage message)
    {
        var name = message.Text(Name);
        var dims = message.Numbers(Dims);
        if (dims.Any(length => length is < 0 or > int.MaxValue))
            throw new ModelException(message.File, $"shape of tensor '{name}'", $"[{string.Join(", ", dims)}]", "lengths are not negative", "Export the model again.");
        int[] shape = [.. dims.Select(length => (int)length)];
        var data = new OnnxTensorData(message, name, shape);
        return new OnnxTensor(name, shape, data.Floats, data.Integers);
    }

    /// <summary>A list, or a scalar, of numbers that an attribute holds.</summary>
    public static OnnxTensor Of(string label, float[] values, bool isScalar) =>
        new(label, isScalar ? [] : [values.Length], () => values, () => Array.ConvertAll(values, value => (long)value));

    /// <inheritdoc cref="Of(string, float[], bool)"/>
    public static OnnxTensor Of(string label, long[] values, bool isScalar) =>
        new(label, isScalar ? [] : [values.Length], () => Array.ConvertAll(values, value => (float)value), () => values);

    /// <summary>The values of a floating tensor.</summary>
    /// <exception cref="ModelException">It cannot be read, is not floating, or has more or fewer values than its shape.</exception>
    public float[] Floats() => _floats();

    /// <summary>The values of a tensor of whole numbers.</summary>
    /// <exception cref="ModelException">It cannot be read, is of another type, or has more or fewer values than its shape.</exception>
    public long[] Integers() => _integers();

    /// <summary>The same values in another shape of as many.</summary>
    public OnnxTensor Reshaped(int[] shape) => new(Label, shape, _floats, _integers);

    /// <summary>The values with their axes in another order.</summary>
    /// <param name="order">Old axes: axis i of the result is axis order[i].</param>
    public OnnxTensor Transposed(int[] order)
    {
        int[] shape = [.. order.Select(axis => Shape[axis])];
        return new OnnxTensor(Label, shape, () => Transpose(_floats(), order, shape), () => Transpose(_integers(), order, shape));
    }

    private T[] Transpose<T>(T[] values, int[] order, int[] shape)
    {
        var strides = new int[Shape.Length];
        for (int axis = Shape.Length - 1, stride = 1; axis >= 0; stride *= Shape[axis--]) strides[axis] = stride;
        var result = new T[values.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var (rest, source) = (i, 0);
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                source += rest % shape[axis] * strides[order[axis]];
                rest /= shape[axis];
            }

            result[i] = values[source];
        }

        return result;
    }
}
