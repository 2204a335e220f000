using System.Globalization;

namespace Kernels.Models;

/// <summary>The learned gates of a model's layers, under the names SeerAttention and SeerAttention-R publish them.</summary>
/// <remarks>
/// Prompt gates are <c>model.layers.N.self_attn.attn_gate.mask_linear_k.weight</c>, [heads, 3 · head dim, width], with largest, least and mean keys as
/// inputs (the published <c>Kmaxminavg</c>), and optionally <c>mask_linear_q.weight</c>, [query heads, head dim, width]. Generation gates are
/// <c>attngate_linear_k.weight</c> and <c>attngate_linear_q.weight</c>, [key heads, group, head dim, width] (<c>Qproj</c>), optionally with
/// <c>attngate_knorm.weight</c> and <c>attngate_qnorm.weight</c>, [width]. Immutable and thread-safe.
/// </remarks>
public sealed class AttentionGates
{
    /// <summary>Keys of a block.</summary>
    public const int Block = 64;

    private AttentionGates(string source, IReadOnlyList<AttentionGate> layers)
    {
        Source = source;
        Layers = layers;
    }

    /// <summary>Where they came from, for messages.</summary>
    public string Source { get; }

    /// <summary>A gate for each layer of the model.</summary>
    public IReadOnlyList<AttentionGate> Layers { get; }

    /// <summary>Whether they serve generation (SeerAttention-R) rather than prompts.</summary>
    public bool ServesDecode => Layers[0].Shape.SharedByGroup;

    /// <summary>Reads the gates of a model.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <param name="config">The model they were made for.</param>
    /// <exception cref="ModelException">The file is damaged, lacks a layer, or does not belong to the model.</exception>
    public static AttentionGates Load(string path, ModelConfig config)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(config);
        if (!File.Exists(path))
            throw new ModelException(path, "gate file", "missing", "a safetensors file is required", "Distil gates with kernels distill-gate, or convert published ones to safetensors.");
        using var tensors = ModelTensors.Of(SafetensorsFile.Open(path));
        return Read(tensors, config);
    }

    /// <summary>Gates made in this process.</summary>
    /// <exception cref="ModelException">There is not one of the model's shape for every layer.</exception>
    public static AttentionGates Of(string source, IReadOnlyList<AttentionGate> layers, ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(config);
        if (layers.Count != config.Layers)
            throw new ModelException(source, "gates", $"{layers.Count}", $"the model has {config.Layers} layers", "Pass a gate for each layer.");
        return new AttentionGates(source, [.. layers]);
    }

    /// <summary>The tensors of a file that <see cref="Load"/> reads.</summary>
    public IReadOnlyList<SafetensorsTensor> ToTensors() => [.. Layers.SelectMany((gate, layer) => GateTensors.Write(layer, gate))];

    /// <summary>The rotation of a model's queries and keys, or of projections of <paramref name="channels"/> channels.</summary>
    internal static RotaryFrequencies Rotation(ModelConfig config, int channels)
    {
        var scaling = config.RotaryScaling ?? new RotaryScaling { Kind = RotaryScalingKind.None, OriginalContext = config.PositionLimit };
        if (scaling.Kind == RotaryScalingKind.Dynamic)
            throw new ModelException("attention gate", "rope_scaling", "dynamic", "gates need a rotation that does not depend on the length", "Use another attention method with this model.");
        return new RotaryFrequencies(scaling.InverseFrequencies(config.RotaryBase, channels, 0), scaling.AttentionFactor);
    }

    /// <summary>Refuses gates of another kind or model before anything is planned.</summary>
    internal void Require(AttentionKernel kernel, ModelConfig config)
    {
        var decodes = kernel.Declaration.Selection!.Estimator == KeyEstimator.GroupGate;
        if (decodes != ServesDecode)
            throw new ModelException(Source, "kind of gates", ServesDecode ? "for generation" : "for prompts", $"{kernel.Declaration.Name} needs those for {(decodes ? "generation" : "prompts")}",
                $"Distil them with kernels distill-gate --for {(decodes ? "decode" : "prefill")}, or choose the method they were made for.");
        var shape = Layers[0].Shape;
        if (Layers.Count != config.Layers || shape.QueryHeads != config.QueryHeads || shape.KeyHeads != config.KeyHeads || shape.HeadDim != config.HeadDim)
            throw new ModelException(Source, "gates", $"for {Layers.Count} layers, {shape}",
                $"the model has {config.Layers} layers of {config.QueryHeads} query heads, {config.KeyHeads} key heads and heads of {config.HeadDim}", "Load the gates of this model.");
    }

    private static AttentionGates Read(ModelTensors tensors, ModelConfig config)
    {
        var rotation = Rotation(config, config.HeadDim);
        var layers = new AttentionGate[config.Layers];
        for (var layer = 0; layer < layers.Length; layer++) layers[layer] = GateTensors.Read(tensors, config, layer, rotation);
        if (layers.Any(gate => gate.Shape != layers[0].Shape))
            throw new ModelException(tensors.Location, "gates", "of several shapes", "all layers have gates of one shape", "Fetch the gates again.");
        var next = GateTensors.Prefix(config.Layers);
        if (tensors.Names.FirstOrDefault(name => name.StartsWith(next, StringComparison.Ordinal)) is { } extra)
            throw new ModelException(tensors.Location, $"tensor '{extra}'", "there", string.Create(CultureInfo.InvariantCulture, $"the model has {config.Layers} layers"), "Load the gates of this model.");
        return new AttentionGates(tensors.Location, layers);
    }
}
