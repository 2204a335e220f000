namespace Kernels.Models;

/// <summary>The linear layer at the end of an ONNX graph: a product, or a 1×1 convolution of the one pixel that is left.</summary>
internal sealed class OnnxClassifier
{
    private OnnxClassifier(float[] weights, float[] bias) => (Weights, Bias) = (weights, bias);

    /// <summary>[classes, features].</summary>
    public float[] Weights { get; }

    /// <summary>[classes].</summary>
    public float[] Bias { get; }

    /// <summary>Classes.</summary>
    public int Classes => Bias.Length;

    /// <summary>Reads a <c>Gemm</c>, <c>MatMul</c> or <c>Conv</c> whose first input is the mean of every channel.</summary>
    /// <exception cref="ModelException">It is no linear layer of it.</exception>
    public static OnnxClassifier Read(OnnxNode node, OnnxConstants constants)
    {
        var isConvolution = node.Kind == "Conv";
        var tensor = constants.Tensor(node, 1, isConvolution ? 4 : 2);
        if (isConvolution && (tensor.Shape[2] != 1 || tensor.Shape[3] != 1 || node.Integer("group", 1) != 1 || node.Integers("pads", 0).Any(pad => pad != 0)))
            throw node.Refuse($"filters [{string.Join(", ", tensor.Shape)}]", "what follows the mean is a window of one pixel, without groups or padding");
        if (node.Integer("transA", 0) != 0) throw node.Refuse("transposing the features", "features are read as they are");
        var weights = isConvolution || node.Integer("transB", 0) != 0 ? tensor : tensor.Transposed([1, 0]);
        var (alpha, beta) = (node.Float("alpha") ?? 1, node.Float("beta") ?? 1);
        var bias = node.Inputs.Count > 2 && node.Inputs[2].Length > 0 ? constants.Vector(node, 2, weights.Shape[0]) : new float[weights.Shape[0]];
        return new OnnxClassifier(Array.ConvertAll(weights.Floats(), value => value * alpha), Array.ConvertAll(bias, value => value * beta));
    }

    /// <summary>Adds to the bias.</summary>
    public void Add(float[] values)
    {
        for (var i = 0; i < Bias.Length; i++) Bias[i] += values[i];
    }
}
