namespace Kernels.Models;

/// <summary>The size of the image an ONNX graph reads (ValueInfoProto of the published schema, onnx/onnx.proto).</summary>
internal static class OnnxImage
{
    // The side where the graph leaves it open.
    private const int Usual = 224;

    // ValueInfoProto → TypeProto → Tensor → TensorShapeProto → Dimension.
    private const int Type = 2, TensorType = 1, Shape = 2, Dimension = 1, Length = 1;

    /// <summary>Rows and columns.</summary>
    /// <exception cref="ModelException">It is no square image.</exception>
    public static int Side(ProtobufMessage value)
    {
        var lengths = value.Messages(Type).SelectMany(type => type.Messages(TensorType)).SelectMany(tensor => tensor.Messages(Shape))
            .SelectMany(shape => shape.Messages(Dimension)).Select(dimension => dimension.Number(Length)).ToArray();
        if (lengths.Length != 4 || lengths[2] != lengths[3] || lengths[2] is < 1 or > 1 << 16)
            throw new ModelException(
                value.File, "shape of the image", $"[{string.Join(", ", lengths.Select(length => length?.ToString() ?? "?"))}]", "[1, channels, side, side] is needed", "Export the model for square images.");
        return (int)(lengths[2] ?? Usual);
    }
}
