namespace Kernels.Models;

/// <summary>The image an ONNX graph reads (ValueInfoProto of the published schema, onnx/onnx.proto).</summary>
/// <param name="Side">Rows and columns.</param>
/// <param name="ChannelsLast">Whether its axes are [1, rows, columns, channels].</param>
internal readonly record struct OnnxImage(int Side, bool ChannelsLast)
{
    // The side where the graph leaves it open; most channels of an image.
    private const int Usual = 224, MostSide = 1 << 12, MostChannels = 4;

    // ValueInfoProto → TypeProto → Tensor → its element type and TensorShapeProto → Dimension.
    private const int Type = 2, TensorType = 1, Element = 1, Shape = 2, Dimension = 1, Length = 1, Float = 1;

    /// <summary>Reads the description of the graph's input.</summary>
    /// <exception cref="ModelException">It is no square image of floats.</exception>
    public static OnnxImage Parse(ProtobufMessage value)
    {
        var tensor = value.Messages(Type).SelectMany(type => type.Messages(TensorType)).LastOrDefault();
        var lengths = tensor?.Messages(Shape).SelectMany(shape => shape.Messages(Dimension)).Select(dimension => dimension.Number(Length) is >= 1 and var length ? length : (long?)null).ToArray() ?? [];
        if (tensor?.Number(Element) is { } element and not Float)
            throw new ModelException(value.File, "type of the image", $"{element}", "an image of FLOAT is read", "Export the model for floats.");
        var last = lengths is [_, not (>= 1 and <= MostChannels), _, >= 1 and <= MostChannels];
        if (lengths.Length != 4 || (last ? lengths[1] != lengths[2] : lengths[2] != lengths[3]) || lengths[2] > MostSide)
            throw new ModelException(
                value.File, "shape of the image", $"[{string.Join(", ", lengths.Select(length => length?.ToString() ?? "?"))}]",
                $"[1, channels, side, side] or [1, side, side, channels] up to a side of {MostSide} is needed", "Export the model for square images.");
        return new OnnxImage((int)(lengths[2] ?? Usual), last);
    }
}
