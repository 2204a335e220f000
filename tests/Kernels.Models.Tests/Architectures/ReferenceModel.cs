namespace Kernels.Models.Tests;

/// <summary>
/// The Llama family by definition, in fp64, one token after another, without a cache: written from the published equations
/// and sharing nothing with the code it checks but the configuration record.
/// </summary>
internal sealed class ReferenceModel(ModelConfig config, Func<string, double[]> tensor)
{
    /// <summary>Logits of every position, each as long as the vocabulary.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="length">Tokens the session was created for; matters to dynamic rotary scaling only.</param>
    public double[][] Logits(IReadOnlyList<int> tokens, int length)
    {
        var embedding = tensor("model.embed_tokens.weight");
        var states = tokens.Select(token => embedding[(token * config.HiddenSize)..((token + 1) * config.HiddenSize)]).ToArray();
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            var attended = Attention(states.Select(state => Norm(state, tensor(prefix + "input_layernorm.weight"))).ToArray(), prefix + "self_attn.", length);
            for (var t = 0; t < states.Length; t++)
            {
                states[t] = Add(states[t], attended[t]);
                states[t] = Add(states[t], Mlp(Norm(states[t], tensor(prefix + "post_attention_layernorm.weight")), prefix + "mlp."));
            }
        }

        var head = config.TiedHead ? embedding : tensor("lm_head.weight");
        return [.. states.Select(state => Apply(head, Norm(state, tensor("model.norm.weight"))))];
    }

    private double[][] Attention(double[][] inputs, string prefix, int length)
    {
        var (heads, keyHeads, channels) = (config.QueryHeads, config.KeyHeads, config.HeadDim);
        var queries = inputs.Select((x, t) => Heads(x, prefix, "q", heads, t, length)).ToArray();
        var keys = inputs.Select((x, t) => Heads(x, prefix, "k", keyHeads, t, length)).ToArray();
        var values = inputs.Select(x => Project(x, prefix + "v_proj", config.QueryKeyValueBias)).ToArray();
        var outputs = new double[inputs.Length][];
        for (var t = 0; t < inputs.Length; t++)
        {
            var mixed = new double[heads * channels];
            for (var head = 0; head < heads; head++)
            {
                var keyHead = head / (heads / keyHeads);
                var scores = new double[t + 1];
                for (var j = 0; j <= t; j++)
                    for (var c = 0; c < channels; c++) scores[j] += queries[t][head][c] * keys[j][keyHead][c] / Math.Sqrt(channels);
                var largest = scores.Max();
                var weights = scores.Select(score => Math.Exp(score - largest)).ToArray();
                var sum = weights.Sum();
                for (var j = 0; j <= t; j++)
                    for (var c = 0; c < channels; c++) mixed[head * channels + c] += weights[j] / sum * values[j][keyHead * channels + c];
            }

            outputs[t] = Project(mixed, prefix + "o_proj", config.OutputBias);
        }

        return outputs;
    }

    private double[][] Heads(double[] x, string prefix, string which, int heads, int position, int length)
    {
        var all = Project(x, $"{prefix}{which}_proj", config.QueryKeyValueBias);
        return [.. Enumerable.Range(0, heads).Select(head =>
        {
            var channels = all[(head * config.HeadDim)..((head + 1) * config.HeadDim)];
            if (config.Architecture == ModelArchitecture.Qwen3) channels = Norm(channels, tensor($"{prefix}{which}_norm.weight"));
            return Rotate(channels, position, length);
        })];
    }

    // Pairs are (i, i + d/2), as in the published implementations' rotate_half.
    private double[] Rotate(double[] x, int position, int length)
    {
        var half = x.Length / 2;
        var rotated = new double[x.Length];
        for (var i = 0; i < half; i++)
        {
            var (frequency, magnitude) = Frequency(i, x.Length, length);
            var (sin, cos) = Math.SinCos(position * frequency);
            rotated[i] = (x[i] * cos - x[i + half] * sin) * magnitude;
            rotated[i + half] = (x[i + half] * cos + x[i] * sin) * magnitude;
        }

        return rotated;
    }

    private (double Frequency, double Magnitude) Frequency(int pair, int channels, int length)
    {
        var theta = config.RotaryBase;
        var scaling = config.RotaryScaling;
        if (scaling?.Kind == RotaryScalingKind.Dynamic && length > config.PositionLimit)
            theta *= Math.Pow(scaling.Factor * length / config.PositionLimit - (scaling.Factor - 1), channels / (channels - 2.0));
        var plain = 1 / Math.Pow(theta, 2.0 * pair / channels);
        switch (scaling?.Kind)
        {
            case RotaryScalingKind.Linear:
                return (plain / scaling.Factor, 1);
            case RotaryScalingKind.Llama3:
                var wavelength = 2 * Math.PI / plain;
                if (wavelength < scaling.OriginalContext / scaling.HighFrequencyFactor) return (plain, 1);
                if (wavelength > scaling.OriginalContext / scaling.LowFrequencyFactor) return (plain / scaling.Factor, 1);
                var smooth = (scaling.OriginalContext / wavelength - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
                return ((1 - smooth) * plain / scaling.Factor + smooth * plain, 1);
            case RotaryScalingKind.Yarn:
                var low = Math.Max(Math.Floor(Dimension(scaling.BetaFast)), 0);
                var high = Math.Min(Math.Ceiling(Dimension(scaling.BetaSlow)), channels - 1);
                var ramp = Math.Clamp((pair - low) / (high == low ? 0.001 : high - low), 0, 1);
                var kept = 1 - ramp;
                return (plain / scaling.Factor * (1 - kept) + plain * kept, scaling.Factor <= 1 ? 1 : 0.1 * Math.Log(scaling.Factor) + 1);
            default:
                return (plain, 1);
        }

        double Dimension(double rotations) =>
            channels * Math.Log(scaling.OriginalContext / (rotations * 2 * Math.PI)) / (2 * Math.Log(config.RotaryBase));
    }

    private double[] Mlp(double[] x, string prefix)
    {
        var gate = Project(x, prefix + "gate_proj", config.MlpBias);
        var up = Project(x, prefix + "up_proj", config.MlpBias);
        return Project([.. gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u)], prefix + "down_proj", config.MlpBias);
    }

    private double[] Project(double[] x, string name, bool bias)
    {
        var y = Apply(tensor(name + ".weight"), x);
        return bias ? Add(y, tensor(name + ".bias")) : y;
    }

    private static double[] Apply(double[] weights, double[] x)
    {
        var y = new double[weights.Length / x.Length];
        for (var i = 0; i < y.Length; i++)
            for (var j = 0; j < x.Length; j++) y[i] += weights[i * x.Length + j] * x[j];
        return y;
    }

    private double[] Norm(double[] x, double[] gain)
    {
        var scale = 1 / Math.Sqrt(x.Average(value => value * value) + config.NormEpsilon);
        return [.. x.Zip(gain, (value, g) => value * scale * g)];
    }

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
