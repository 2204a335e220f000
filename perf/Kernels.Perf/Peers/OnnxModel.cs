using System.Runtime.InteropServices;
using static Kernels.Perf.Peers.OnnxMessage;

namespace Kernels.Perf.Peers;

/// <summary>
/// Writes ONNX models of one node in memory. Field numbers are those of the published schema (onnx/onnx.proto of the ONNX
/// project, IR version 8, operator set 17).
/// </summary>
internal static class OnnxModel
{
    /// <summary>y = x·w with w [inputs, outputs] stored in the model, so that the runtime may pack it once.</summary>
    public static byte[] MatMul(int rows, int inputs, int outputs, ReadOnlySpan<float> w)
    {
        var graph = Message(output =>
        {
            Write(output, 1, Node("MatMul", "", ["x", "w"], []));
            Write(output, 2, "product");
            Write(output, 11, Value("x", rows, inputs));
            Write(output, 12, Value("y", rows, outputs));
        });
        return WithWeights(graph, w, inputs, outputs);
    }

    /// <summary>y = x ∗ w with w [outputs, inputs, 1, 1] stored in the model; x [1, inputs, side, side].</summary>
    public static byte[] PointwiseConvolution(int inputs, int outputs, int side, ReadOnlySpan<float> w)
    {
        var graph = Message(output =>
        {
            Write(output, 1, Node("Conv", "", ["x", "w"], []));
            Write(output, 2, "convolution");
            Write(output, 11, Value("x", 1, inputs, side, side));
            Write(output, 12, Value("y", 1, outputs, side, side));
        });
        return WithWeights(graph, w, outputs, inputs, 1, 1);
    }

    /// <summary>
    /// y = attention(q, k, v), causal, each [1, tokens, heads·channels]: MultiHeadAttention, a contributed operator of ONNX Runtime.
    /// </summary>
    public static byte[] CausalAttention(int tokens, int heads, int channels)
    {
        const string Domain = "com.microsoft";
        var graph = Message(output =>
        {
            Write(output, 1, Node("MultiHeadAttention", Domain, ["q", "k", "v"], [("num_heads", heads), ("unidirectional", 1)]));
            Write(output, 2, "attention");
            foreach (var input in new[] { "q", "k", "v" }) Write(output, 11, Value(input, 1, tokens, heads * channels));
            Write(output, 12, Value("y", 1, tokens, heads * channels));
        });
        return Append(Header(Domain), 7, graph);
    }

    /// <summary>A model of <paramref name="graph"/> with the constant <c>w</c>.</summary>
    private static byte[] WithWeights(byte[] graph, ReadOnlySpan<float> w, params int[] lengths)
    {
        // The weights (initializer, field 5 of the graph) are by far the largest part and are copied once; fields may come in any order.
        var tensor = Message(output =>
        {
            foreach (var length in lengths) Write(output, 1, length);
            Write(output, 2, FloatType);
            Write(output, 8, "w");
        });
        return Append(Header(), 7, Append(graph, 5, Append(tensor, 9, MemoryMarshal.AsBytes(w))));
    }

    private static byte[] Node(string operation, string domain, string[] inputs, (string Name, int Value)[] attributes) => Message(node =>
    {
        foreach (var input in inputs) Write(node, 1, input);
        Write(node, 2, "y");
        Write(node, 4, operation);
        foreach (var (name, value) in attributes)
            Write(node, 5, Message(attribute =>
            {
                Write(attribute, 1, name);
                Write(attribute, 3, value);
                Write(attribute, 20, IntAttribute);
            }));
        Write(node, 7, domain);
    });
}
