namespace Kernels.Models;

/// <summary>The constants of an ONNX graph by name, and what is computed of constants alone.</summary>
internal sealed class OnnxConstants
{
    private readonly Dictionary<string, OnnxTensor> _tensors = [];

    /// <summary>Whether a name is that of a constant.</summary>
    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>Adds a stored tensor.</summary>
    public void Add(OnnxTensor tensor) => _tensors[tensor.Label] = tensor;

    /// <summary>Adds what an operation makes of constants alone.</summary>
    /// <returns>Whether it was such an operation.</returns>
    /// <exception cref="ModelException">It is one, and damaged.</exception>
    public bool Fold(OnnxNode node)
    {
        if (node.Kind == "Constant")
        {
            if (node.Constant() is not { } constant) throw node.Refuse("without a number or tensor", "constants of numbers are read");
            _tensors[node.Outputs[0]] = constant;
            return true;
        }

        if (!_tensors.TryGetValue(node.Inputs[0], out var tensor)) return false;
        if (node.Kind is not ("Identity" or "Cast" or "Transpose" or "Reshape" or "Squeeze" or "Unsqueeze")) return false;
        _tensors[node.Outputs[0]] = node.Kind switch
        {
            "Transpose" => tensor.Transposed(Order(node, tensor)),
            "Reshape" => Reshape(node, tensor),
            "Squeeze" => tensor.Reshaped([.. tensor.Shape.Where((length, axis) => length != 1 || Axes(node, 1) is { } axes && !axes.Contains(axis) && !axes.Contains(axis - tensor.Shape.Length))]),
            "Unsqueeze" => Unsqueeze(node, tensor),
            _ => tensor,
        };
        return true;
    }

    /// <summary>A constant input with so many dimensions.</summary>
    /// <exception cref="ModelException">It is no constant, or of another shape.</exception>
    public OnnxTensor Tensor(OnnxNode node, int input, int dimensions)
    {
        var tensor = Require(node, input);
        return tensor.Shape.Length == dimensions && tensor.Shape.All(length => length >= 1)
            ? tensor
            : throw node.Refuse($"'{tensor.Label}' [{string.Join(", ", tensor.Shape)}]", $"{dimensions} dimensions are needed");
    }

    /// <summary>A constant input of so many values; axes of length 1 do not count.</summary>
    /// <exception cref="ModelException">It is no constant, or of another length.</exception>
    public float[] Vector(OnnxNode node, int input, int length)
    {
        var tensor = Require(node, input);
        return tensor.Shape.Where(size => size != 1).All(size => size == length) && tensor.Floats() is var values && values.Length == length
            ? values
            : throw node.Refuse($"'{tensor.Label}' [{string.Join(", ", tensor.Shape)}]", $"{length} values are needed");
    }

    /// <summary>A constant input for each of an image's channels, one value standing for all.</summary>
    /// <param name="node">The operation.</param>
    /// <param name="input">The input.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="channelsLast">Whether channels are the last axis of what it is combined with, else the third from the end.</param>
    /// <exception cref="ModelException">It is of another shape.</exception>
    public float[] PerChannel(OnnxNode node, int input, int channels, bool channelsLast)
    {
        var tensor = _tensors[node.Inputs[input]];
        var values = tensor.Floats();
        if (values.Length == 1) return [.. Enumerable.Repeat(values[0], channels)];
        var axis = tensor.Shape.Length - (channelsLast ? 1 : 3);
        return values.Length == channels && axis >= 0 && tensor.Shape[axis] == channels
            ? values
            : throw node.Refuse($"'{tensor.Label}' [{string.Join(", ", tensor.Shape)}]", $"one value, or one for each of {channels} channels, is needed");
    }

    /// <summary>A constant input of one number, or null where it is left out.</summary>
    /// <exception cref="ModelException">It is no constant, or of several values.</exception>
    public float? Scalar(OnnxNode node, int input)
    {
        if (node.Inputs.Count <= input || node.Inputs[input].Length == 0) return null;
        return Find(node, input)?.Floats() is [var value] ? value : throw node.Refuse($"'{node.Inputs[input]}'", $"input {input} must be one constant number");
    }

    /// <summary>The axes that an attribute or, since opset 13 or 18, an input names; null where none does.</summary>
    /// <exception cref="ModelException">The input is no constant.</exception>
    public long[]? Axes(OnnxNode node, int input) => Integers(node, "axes", input);

    /// <summary>Whole numbers from an attribute or, in later opsets, an input; null where there is neither.</summary>
    /// <exception cref="ModelException">The input is no constant.</exception>
    public long[]? Integers(OnnxNode node, string attribute, int input)
    {
        if (node.Has(attribute)) return node.Integers(attribute);
        if (node.Inputs.Count <= input || node.Inputs[input].Length == 0) return null;
        return Require(node, input).Integers();
    }

    private static int[] Order(OnnxNode node, OnnxTensor tensor)
    {
        int[] order = node.Has("perm") ? [.. node.Integers("perm").Select(axis => (int)axis)] : [.. Enumerable.Range(0, tensor.Shape.Length).Reverse()];
        return order.Order().SequenceEqual(Enumerable.Range(0, tensor.Shape.Length)) ? order : throw node.Refuse($"perm [{string.Join(", ", order)}]", $"it orders {tensor.Shape.Length} axes");
    }

    private OnnxTensor Reshape(OnnxNode node, OnnxTensor tensor)
    {
        var wanted = Integers(node, "shape", 1) ?? throw node.Refuse("without a shape", "one is needed");
        long count = tensor.Shape.Aggregate(1L, (product, length) => product * length), known = 1;
        for (var axis = 0; axis < wanted.Length; axis++)
        {
            if (wanted[axis] == 0 && axis < tensor.Shape.Length) wanted[axis] = tensor.Shape[axis];
            if (wanted[axis] > 0) known = Math.Min(known * wanted[axis], int.MaxValue);
        }

        var shape = wanted.Select(length => length == -1 ? count / known : length).ToArray();
        return shape.All(length => length is >= 1 and <= int.MaxValue) && shape.Aggregate(1L, (product, length) => Math.Min(product * length, int.MaxValue)) == count
            ? tensor.Reshaped([.. shape.Select(length => (int)length)])
            : throw node.Refuse($"[{string.Join(", ", tensor.Shape)}] to [{string.Join(", ", shape)}]", "as many values are needed");
    }

    private OnnxTensor Unsqueeze(OnnxNode node, OnnxTensor tensor)
    {
        var axes = Axes(node, 1) ?? throw node.Refuse("without axes", "they are needed");
        var rank = tensor.Shape.Length + axes.Length;
        var places = axes.Select(axis => axis < 0 ? axis + rank : axis).ToHashSet();
        if (places.Count != axes.Length || places.Any(axis => axis < 0 || axis >= rank)) throw node.Refuse($"axes [{string.Join(", ", axes)}]", $"they are places of {rank}");
        var rest = new Queue<int>(tensor.Shape);
        return tensor.Reshaped([.. Enumerable.Range(0, rank).Select(axis => places.Contains(axis) ? 1 : rest.Dequeue())]);
    }

    private OnnxTensor Require(OnnxNode node, int input) =>
        Find(node, input) ?? throw node.Refuse(node.Inputs.Count <= input ? $"{node.Inputs.Count} inputs" : $"'{node.Inputs[input]}'", $"input {input} must be a constant");

    private OnnxTensor? Find(OnnxNode node, int input) => node.Inputs.Count > input ? _tensors.GetValueOrDefault(node.Inputs[input]) : null;
}
