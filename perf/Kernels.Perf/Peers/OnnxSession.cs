using Kernels.Models;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Kernels.Perf.Peers;

/// <summary>A model on ONNX Runtime's CPU provider, with its default settings, between fixed arrays.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string[] _names, _outputNames;
    private readonly OrtValue[] _inputs, _outputs;

    private OnnxSession(byte[] model, int threads, string output, float[] y, long[] shape, params (string Name, float[] Values, long[] Shape)[] inputs)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        // Its threads spin for a while after a run, by default into the next contender's turn.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        _session = new InferenceSession(model, options);
        _outputNames = [output];
        _names = [.. inputs.Select(input => input.Name)];
        _inputs = [.. inputs.Select(input => OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape))];
        _outputs = [OrtValue.CreateTensorValueFromMemory(y, shape)];
    }

    /// <summary>The dense product y = x·wᵀ.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="w">[outputs, inputs]; stored transposed, as the operator wants it.</param>
    /// <param name="y">[rows, outputs].</param>
    /// <param name="rows">Rows of x.</param>
    /// <param name="inputs">Columns of x.</param>
    /// <param name="outputs">Columns of y.</param>
    /// <param name="threads">Threads inside the operator.</param>
    public static OnnxSession MatMul(float[] x, float[] w, float[] y, int rows, int inputs, int outputs, int threads) =>
        new(OnnxModel.MatMul(rows, inputs, outputs, Transpose(w, outputs, inputs)), threads, "y", y, [rows, outputs], ("x", x, [rows, inputs]));

    /// <summary>A dense 1×1 convolution of one square image; tensors are [channels, side, side].</summary>
    /// <param name="x">[inputs, side²].</param>
    /// <param name="w">[outputs, inputs].</param>
    /// <param name="y">[outputs, side²].</param>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="outputs">Channels of y.</param>
    /// <param name="side">Side of the image.</param>
    /// <param name="threads">Threads inside the operator.</param>
    public static OnnxSession PointwiseConvolution(float[] x, float[] w, float[] y, int inputs, int outputs, int side, int threads) =>
        new(OnnxModel.PointwiseConvolution(inputs, outputs, side, w), threads, "y", y, [1, outputs, side, side], ("x", x, [1, inputs, side, side]));

    /// <summary>Causal attention of one sequence; tensors are [tokens, heads, channels].</summary>
    public static OnnxSession CausalAttention(float[] q, float[] k, float[] v, float[] y, int tokens, int heads, int channels, int threads)
    {
        long[] shape = [1, tokens, heads * channels];
        return new(OnnxModel.CausalAttention(tokens, heads, channels), threads, "y", y, shape, ("q", q, shape), ("k", k, shape), ("v", v, shape));
    }

    /// <summary>A whole classifier on one image.</summary>
    /// <param name="network">The network, norms folded.</param>
    /// <param name="image">[channels, side, side].</param>
    /// <param name="logits">[classes].</param>
    /// <param name="threads">Threads inside an operator.</param>
    public static OnnxSession Network(VisionNetwork network, float[] image, float[] logits, int threads) =>
        new(OnnxNetworkModel.Encode(network), threads, "logits", logits, [1, logits.Length], ("image", image, [1, network.Channels, network.Side, network.Side]));

    public void Run() => _session.Run(_options, _names, _inputs, _outputNames, _outputs);

    public void Dispose()
    {
        foreach (var value in _inputs) value.Dispose();
        foreach (var value in _outputs) value.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private static float[] Transpose(float[] matrix, int rows, int columns)
    {
        // In squares that stay in the first-level cache: column-wise writes of whole rows would miss on every element.
        const int Side = 32;
        var transposed = new float[matrix.Length];
        for (var i0 = 0; i0 < rows; i0 += Side)
        for (var j0 = 0; j0 < columns; j0 += Side)
            for (var i = i0; i < Math.Min(i0 + Side, rows); i++)
            for (var j = j0; j < Math.Min(j0 + Side, columns); j++)
                transposed[(long)j * rows + i] = matrix[(long)i * columns + j];
        return transposed;
    }
}
