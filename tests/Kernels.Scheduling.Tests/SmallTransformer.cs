using Kernels.Catalog;
using Kernels.Testing;

namespace Kernels.Scheduling.Tests;

/// <summary>One layer with random weights: every kind of operation once.</summary>
internal sealed class SmallTransformer
{
    public const int Width = 32, HeadDim = 16, QueryHeads = 2, KeyHeads = 1, Vocabulary = 20;

    public SmallTransformer()
    {
        const int keyWidth = KeyHeads * HeadDim;
        var builder = new GraphBuilder("small");
        Tokens = builder.Tokens("tokens");
        var hidden = builder.Gather("embed", Random("table", Vocabulary, Width), Tokens);
        var normal = builder.RmsNorm("norm", hidden, Random("norm.weight", 1, Width), 1e-5f);
        var projected = builder.Product(
            "qkv", Projections.Dense, Random("qkv.weight", Width + 2 * keyWidth, Width), normal, Random("qkv.bias", 1, Width + 2 * keyWidth));
        var (queries, keys, values) = (projected.Slice(0, Width), projected.Slice(Width, keyWidth), projected.Slice(Width + keyWidth, keyWidth));
        builder.NormHeads("query norm", queries, Random("query.weight", 1, HeadDim), 1e-5f);
        var table = Random("rotary", 64, HeadDim);
        builder.Rotate("rotate queries", queries, HeadDim, table);
        builder.Rotate("rotate keys", keys, HeadDim, table);
        var (keyState, valueState) = (builder.State("keys", KeyHeads, HeadDim), builder.State("values", KeyHeads, HeadDim));
        builder.Append("append keys", keys, keyState);
        builder.Append("append values", values, valueState);
        var attended = builder.Attention("attention", DenseAttention.Causal.For(HeadDim), queries, keyState, valueState);
        hidden = builder.Add("residual", hidden, builder.Product("output", Projections.Dense, Random("output.weight", Width, Width), attended));
        var activated = builder.SwiGlu("swiglu", builder.Product("gate up", Projections.Dense, Random("up.weight", 2 * Width, Width), hidden));
        Last = builder.LastRow("last", builder.Product("down", Projections.Dense, Random("down.weight", Width, Width), activated));
        Graph = builder.Build(Last);
    }

    public Graph Graph { get; }

    public GraphValue Tokens { get; }

    public GraphValue Last { get; }

    public static float[] Read(Plan plan, GraphValue value)
    {
        var tensor = plan.Output(value);
        var bytes = new byte[tensor[0] * tensor[1] * sizeof(float)];
        tensor.Buffer.CopyTo(bytes, tensor.Offset * sizeof(float));
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    private static ArrayWeight Random(string name, int rows, int columns) =>
        new(name, rows, columns, RandomValues.Normal(name.Length * 31 + rows, rows * columns, ElementType.Float32));
}
