using System.Text.Json;

namespace Kernels.Models;

/// <summary>From the fields of <c>config.json</c> to a <see cref="ModelConfig"/>; defaults are those of the published classes.</summary>
internal static class ConfigReader
{
    private static readonly string[] Understood = ["LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM"];

    public static ModelConfig Read(JsonFields fields)
    {
        var architecture = Architecture(fields);
        Refuse(fields, architecture);
        var hidden = fields.Integer("hidden_size", 1, 1 << 20);
        var heads = fields.Integer("num_attention_heads", 1, 1 << 14);
        var keyHeads = fields.Integer("num_key_value_heads", 1, heads, heads);
        if (heads % keyHeads != 0)
            throw fields.Refuse("num_key_value_heads", $"{keyHeads}", $"it must divide the {heads} attention heads");
        if (!fields.Has("head_dim") && architecture != ModelArchitecture.Qwen3 && hidden % heads != 0)
            throw fields.Refuse("hidden_size", $"{hidden}", $"without head_dim it must be a multiple of the {heads} attention heads");
        var headDim = fields.Integer("head_dim", 2, 1 << 12, architecture == ModelArchitecture.Qwen3 ? 128 : Math.Max(2, hidden / heads));
        if (headDim % 2 != 0) throw fields.Refuse("head_dim", $"{headDim}", "rotary embeddings need an even number of channels");
        var limit = fields.Integer("max_position_embeddings", 1, 1 << 30);
        var vocabulary = fields.Integer("vocab_size", 1, 1 << 24);
        var bias = fields.Flag("attention_bias", architecture == ModelArchitecture.Qwen2);
        var rotary = fields.Object("rope_parameters") ?? fields.Object("rope_scaling");
        return new ModelConfig
        {
            Architecture = architecture,
            HiddenSize = hidden,
            IntermediateSize = fields.Integer("intermediate_size", 1, 1 << 22),
            Layers = fields.Integer("num_hidden_layers", 1, 4096),
            QueryHeads = heads,
            KeyHeads = keyHeads,
            HeadDim = headDim,
            VocabularySize = vocabulary,
            PositionLimit = limit,
            NormEpsilon = (float)fields.Number("rms_norm_eps", 0, 1, 1e-6),
            RotaryBase = rotary is { } nested && nested.Has("rope_theta")
                ? nested.Number("rope_theta", 1.001, 1e12)
                : fields.Number("rope_theta", 1.001, 1e12, 10000),
            RotaryScaling = rotary is { } scaling ? Scaling(scaling, limit) : null,
            SlidingWindow = Window(fields, architecture),
            TiedHead = fields.Flag("tie_word_embeddings", false),
            QueryKeyValueBias = architecture == ModelArchitecture.Qwen2 || bias,
            OutputBias = bias && architecture != ModelArchitecture.Qwen2,
            MlpBias = fields.Flag("mlp_bias", false),
            BeginToken = fields.Has("bos_token_id") ? fields.Integer("bos_token_id", 0, vocabulary - 1) : null,
            EndTokens = Tokens(fields, "eos_token_id", vocabulary),
        };
    }

    /// <summary>A token or a list of tokens.</summary>
    public static IReadOnlyList<int> Tokens(JsonFields fields, string name, int vocabulary)
    {
        if (fields.Find(name) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Array) return [fields.Integer(name, 0, vocabulary - 1)];
        var tokens = new List<int>();
        foreach (var item in value.EnumerateArray())
            tokens.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var token) && token >= 0 && token < vocabulary
                ? token
                : throw fields.Refuse(name, item.GetRawText(), $"tokens from 0 to {vocabulary - 1} are required"));
        return tokens;
    }

    /// <summary>The fields <c>rope_scaling</c> is written as.</summary>
    public static Dictionary<string, object> Scaling(RotaryScaling scaling)
    {
        var fields = new Dictionary<string, object>
        {
            ["rope_type"] = scaling.Kind.ToString().ToLowerInvariant(),
            ["factor"] = scaling.Factor,
            ["original_max_position_embeddings"] = scaling.OriginalContext,
        };
        if (scaling.Kind == RotaryScalingKind.Llama3)
        {
            fields["low_freq_factor"] = scaling.LowFrequencyFactor;
            fields["high_freq_factor"] = scaling.HighFrequencyFactor;
        }
        else if (scaling.Kind == RotaryScalingKind.Yarn)
        {
            fields["beta_fast"] = scaling.BetaFast;
            fields["beta_slow"] = scaling.BetaSlow;
            fields["truncate"] = scaling.Truncate;
            fields["attention_factor"] = scaling.AttentionFactor;
        }

        return fields;
    }

    private static ModelArchitecture Architecture(JsonFields fields)
    {
        var names = fields.Items("architectures").ToArray();
        var name = names.Length == 0 ? fields.Text("model_type") : names[0].ValueKind == JsonValueKind.String ? names[0].GetString() : names[0].GetRawText();
        return name switch
        {
            "LlamaForCausalLM" or "llama" => ModelArchitecture.Llama,
            "MistralForCausalLM" or "mistral" => ModelArchitecture.Mistral,
            "Qwen2ForCausalLM" or "qwen2" => ModelArchitecture.Qwen2,
            "Qwen3ForCausalLM" or "qwen3" => ModelArchitecture.Qwen3,
            _ => throw fields.Refuse("architectures", name ?? "missing", $"the known architectures are {string.Join(", ", Understood)}", "Choose another model."),
        };
    }

    private static void Refuse(JsonFields fields, ModelArchitecture architecture)
    {
        const string choose = "Choose another model.";
        if (fields.Text("hidden_act") is { } activation && activation is not ("silu" or "swish"))
            throw fields.Refuse("hidden_act", activation, $"{architecture} models are run with silu", choose);
        QuantizationConfig.Read(fields); // refuses formats that are not read
        if (fields.Number("partial_rotary_factor", 0, 1, 1) != 1)
            throw fields.Refuse("partial_rotary_factor", "below 1", "every channel of a head is rotated", choose);
    }

    // Mistral attends through its window whenever there is one; Qwen only where asked to.
    private static int? Window(JsonFields fields, ModelArchitecture architecture)
    {
        var used = fields.Flag("use_sliding_window", architecture == ModelArchitecture.Mistral)
            || fields.Items("layer_types").Any(type => type.ValueEquals("sliding_attention"));
        return used && fields.Has("sliding_window") ? fields.Integer("sliding_window", 1, 1 << 30) : null;
    }

    private static RotaryScaling? Scaling(JsonFields fields, int limit)
    {
        var name = fields.Text("rope_type") ?? fields.Text("type") ?? "default";
        if (fields.Number("partial_rotary_factor", 0, 1, 1) != 1)
            throw fields.Refuse("partial_rotary_factor", "below 1", "every channel of a head is rotated", "Choose another model.");
        var kind = name switch
        {
            "default" => RotaryScalingKind.None,
            "linear" => RotaryScalingKind.Linear,
            "dynamic" => RotaryScalingKind.Dynamic,
            "yarn" => RotaryScalingKind.Yarn,
            "llama3" => RotaryScalingKind.Llama3,
            _ => throw fields.Refuse("rope_type", name, "the known rules are default, linear, dynamic, yarn, llama3", "Choose another model."),
        };
        if (kind == RotaryScalingKind.None) return null;
        var original = fields.Integer("original_max_position_embeddings", 1, 1 << 30, limit);
        var factor = fields.Number("factor", 1, 1e6, kind == RotaryScalingKind.Yarn ? Math.Max(1.0, (double)limit / original) : null);
        var scaling = new RotaryScaling { Kind = kind, Factor = factor, OriginalContext = original };
        return kind switch
        {
            RotaryScalingKind.Llama3 => Llama3(fields, scaling),
            RotaryScalingKind.Yarn => Yarn(fields, scaling),
            _ => scaling,
        };
    }

    private static RotaryScaling Llama3(JsonFields fields, RotaryScaling scaling)
    {
        var low = fields.Number("low_freq_factor", 1e-6, 1e6);
        var high = fields.Number("high_freq_factor", 1e-6, 1e6);
        if (high <= low)
            throw fields.Refuse("high_freq_factor", FormattableString.Invariant($"{high}"), FormattableString.Invariant($"it must exceed low_freq_factor, {low}"));
        return scaling with { LowFrequencyFactor = low, HighFrequencyFactor = high };
    }

    private static RotaryScaling Yarn(JsonFields fields, RotaryScaling scaling)
    {
        var factor = scaling.Factor;
        var (mscale, mscaleAll) = (fields.Number("mscale", 0, 1e3, 0), fields.Number("mscale_all_dim", 0, 1e3, 0));
        var attention = mscale > 0 && mscaleAll > 0 ? Magnitude(mscale) / Magnitude(mscaleAll) : Magnitude(1);
        return scaling with
        {
            BetaFast = fields.Number("beta_fast", 1e-6, 1e6, 32),
            BetaSlow = fields.Number("beta_slow", 1e-6, 1e6, 1),
            Truncate = fields.Flag("truncate", true),
            AttentionFactor = fields.Number("attention_factor", 1e-6, 1e6, attention),
        };

        double Magnitude(double weight) => factor <= 1 ? 1 : 0.1 * weight * Math.Log(factor) + 1;
    }
}
