using System.Text.Json;

namespace Kernels.Models;

/// <summary>The shape of a Llama-family model, as <c>config.json</c> states it.</summary>
public sealed record ModelConfig
{
    /// <summary>The file a configuration is read from.</summary>
    internal const string FileName = "config.json";

    /// <summary>The published class.</summary>
    public required ModelArchitecture Architecture { get; init; }

    /// <summary>Channels of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Channels between the two halves of the gated MLP.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int QueryHeads { get; init; }

    /// <summary>Key and value heads; divides <see cref="QueryHeads"/>.</summary>
    public required int KeyHeads { get; init; }

    /// <summary>Channels of a head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Tokens of the vocabulary: rows of the embedding table.</summary>
    public required int VocabularySize { get; init; }

    /// <summary><c>max_position_embeddings</c>.</summary>
    public required int PositionLimit { get; init; }

    /// <summary>Added to the mean square in RMSNorm.</summary>
    public float NormEpsilon { get; init; } = 1e-6f;

    /// <summary><c>rope_theta</c>.</summary>
    public double RotaryBase { get; init; } = 10000;

    /// <summary>How rotary embeddings are stretched; null where they are not.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <summary>Tokens a layer attends back to; null where it sees everything.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Whether the head is the embedding table.</summary>
    public bool TiedHead { get; init; }

    /// <summary>Whether query, key and value projections have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether the output projection of attention has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the MLP's projections have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Whether every query and key head is RMS-normalised before rotation.</summary>
    public bool QueryKeyNorm => Architecture == ModelArchitecture.Qwen3;

    /// <summary>The token a text begins with, if the configuration names one.</summary>
    public int? BeginToken { get; init; }

    /// <summary>Tokens that end a text.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>
    /// Most tokens a session may hold: the position limit, stretched by linear, dynamic or YaRN scaling, and cut to the sliding
    /// window, inside which windowed and full attention are the same.
    /// </summary>
    public int ContextLength
    {
        get
        {
            double context = RotaryScaling switch
            {
                { Kind: RotaryScalingKind.Linear or RotaryScalingKind.Dynamic, Factor: var factor } => PositionLimit * factor,
                { Kind: RotaryScalingKind.Yarn, Factor: var factor, OriginalContext: var original } => Math.Max(PositionLimit, original * factor),
                _ => PositionLimit,
            };
            return (int)Math.Min(Math.Min(context, 1 << 30), SlidingWindow ?? int.MaxValue);
        }
    }

    /// <summary>Reads and checks <c>config.json</c>; <c>generation_config.json</c>, where present, adds end tokens.</summary>
    /// <exception cref="ModelException">A file is missing or wrong, or describes a model that is not supported.</exception>
    public static ModelConfig Read(ModelFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var config = ConfigReader.Read(Fields(files));
        if (!files.Has("generation_config.json")) return config;
        var generation = JsonFields.Parse(files.NameOf("generation_config.json"), files.Read("generation_config.json", 1 << 20));
        return config with
        {
            EndTokens = [.. config.EndTokens.Union(ConfigReader.Tokens(generation, "eos_token_id", config.VocabularySize))],
        };
    }

    /// <summary>The fields of <c>config.json</c>.</summary>
    internal static JsonFields Fields(ModelFiles files) => JsonFields.Parse(files.NameOf(FileName), files.Read(FileName, 1 << 20));

    /// <summary>Writes <c>config.json</c>'s content; reading it gives an equal configuration.</summary>
    public byte[] ToJson()
    {
        var name = Architecture.ToString();
        var content = new Dictionary<string, object?>
        {
            ["architectures"] = new[] { name + "ForCausalLM" },
            ["model_type"] = name.ToLowerInvariant(),
            ["hidden_act"] = "silu",
            ["hidden_size"] = HiddenSize,
            ["intermediate_size"] = IntermediateSize,
            ["num_hidden_layers"] = Layers,
            ["num_attention_heads"] = QueryHeads,
            ["num_key_value_heads"] = KeyHeads,
            ["head_dim"] = HeadDim,
            ["vocab_size"] = VocabularySize,
            ["max_position_embeddings"] = PositionLimit,
            ["rms_norm_eps"] = NormEpsilon,
            ["rope_theta"] = RotaryBase,
            ["rope_scaling"] = RotaryScaling is null ? null : ConfigReader.Scaling(RotaryScaling),
            ["tie_word_embeddings"] = TiedHead,
            ["attention_bias"] = QueryKeyValueBias && OutputBias,
            ["mlp_bias"] = MlpBias,
            ["bos_token_id"] = BeginToken,
            ["eos_token_id"] = EndTokens.Count == 1 ? EndTokens[0] : EndTokens.Count == 0 ? null : EndTokens,
        };
        content["sliding_window"] = SlidingWindow;
        if (SlidingWindow is not null) content["use_sliding_window"] = true;
        return JsonSerializer.SerializeToUtf8Bytes(content, Indented);
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}
