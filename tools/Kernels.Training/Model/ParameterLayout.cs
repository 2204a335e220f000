namespace Kernels.Training.Model;

/// <summary>
/// Where each parameter lies in one flat block. Query, key and value projections are adjacent, and gate and up are, so that
/// each group is one product.
/// </summary>
internal sealed class ParameterLayout
{
    private readonly Dictionary<string, ParameterSlice> _byName = [];
    private readonly List<ParameterSlice> _slices = [];

    public ParameterLayout(ModelShape shape)
    {
        Shape = shape;
        Embedding = Add("model.embed_tokens.weight", shape.Vocabulary, shape.Width, decays: false);
        Layers = new LayerSlices[shape.Layers];
        for (var i = 0; i < shape.Layers; i++)
        {
            var prefix = $"model.layers.{i}.";
            Layers[i] = new LayerSlices(
                AttentionNorm: Add(prefix + "input_layernorm.weight", 1, shape.Width, decays: false),
                Projection: Add(prefix + "self_attn.q_proj.weight", shape.QueryWidth, shape.Width, decays: true),
                KeyProjection: Add(prefix + "self_attn.k_proj.weight", shape.KeyWidth, shape.Width, decays: true),
                ValueProjection: Add(prefix + "self_attn.v_proj.weight", shape.KeyWidth, shape.Width, decays: true),
                ProjectionBias: Add(prefix + "self_attn.q_proj.bias", 1, shape.QueryWidth, decays: false),
                KeyBias: Add(prefix + "self_attn.k_proj.bias", 1, shape.KeyWidth, decays: false),
                ValueBias: Add(prefix + "self_attn.v_proj.bias", 1, shape.KeyWidth, decays: false),
                Output: Add(prefix + "self_attn.o_proj.weight", shape.Width, shape.QueryWidth, decays: true),
                OutputBias: Add(prefix + "self_attn.o_proj.bias", 1, shape.Width, decays: false),
                MlpNorm: Add(prefix + "post_attention_layernorm.weight", 1, shape.Width, decays: false),
                GateUp: Add(prefix + "mlp.gate_proj.weight", shape.Inner, shape.Width, decays: true),
                Up: Add(prefix + "mlp.up_proj.weight", shape.Inner, shape.Width, decays: true),
                Down: Add(prefix + "mlp.down_proj.weight", shape.Width, shape.Inner, decays: true));
        }

        FinalNorm = Add("model.norm.weight", 1, shape.Width, decays: false);
    }

    public ModelShape Shape { get; }

    /// <summary>Token embedding and, transposed, the head.</summary>
    public ParameterSlice Embedding { get; }

    public LayerSlices[] Layers { get; }

    public ParameterSlice FinalNorm { get; }

    /// <summary>Every parameter in order of its offset.</summary>
    public IReadOnlyList<ParameterSlice> Slices => _slices;

    /// <summary>Number of parameters.</summary>
    public int Length { get; private set; }

    public ParameterSlice this[string name] => _byName[name];

    private ParameterSlice Add(string name, int rows, int columns, bool decays)
    {
        var slice = new ParameterSlice(name, Length, rows, columns, decays);
        _slices.Add(slice);
        _byName.Add(name, slice);
        Length += slice.Length;
        return slice;
    }
}
