using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>The tensors of one layer's gate by their published names.</summary>
internal static class GateTensors
{
    private const string PromptKey = "mask_linear_k.weight", PromptQuery = "mask_linear_q.weight";
    private const string DecodeKey = "attngate_linear_k.weight", DecodeQuery = "attngate_linear_q.weight";
    private const string DecodeKeyNorm = "attngate_knorm.weight", DecodeQueryNorm = "attngate_qnorm.weight";

    public static string Prefix(int layer) => $"model.layers.{layer}.self_attn.attn_gate.";

    /// <summary>Reads a layer.</summary>
    public static AttentionGate Read(ModelTensors tensors, ModelConfig config, int layer, RotaryFrequencies rotation)
    {
        var prefix = Prefix(layer);
        var shared = !tensors.Has(prefix + PromptKey);
        var keyName = prefix + (shared ? DecodeKey : PromptKey);
        if (!tensors.Has(keyName))
            throw new ModelException(tensors.Location, $"gate of layer {layer}", "missing", $"'{prefix}{PromptKey}' or '{DecodeKey}' is required", "Load the gates of this model; convert other formats to safetensors.");
        var width = Width(tensors, keyName);
        long queryHeads = config.QueryHeads, keyHeads = config.KeyHeads, headDim = config.HeadDim, inputs = AttentionGate.KeyPools * headDim;
        var projectsQueries = shared || tensors.Has(prefix + PromptQuery);
        var keys = Floats(tensors, keyName, projectsQueries ? keyHeads : queryHeads, inputs, width);
        var queries = shared ? Floats(tensors, prefix + DecodeQuery, keyHeads, queryHeads / keyHeads, headDim, width)
            : projectsQueries ? Floats(tensors, prefix + PromptQuery, queryHeads, headDim, width) : [];
        var keyNorm = tensors.Has(prefix + DecodeKeyNorm) ? Floats(tensors, prefix + DecodeKeyNorm, width) : [];
        var queryNorm = tensors.Has(prefix + DecodeQueryNorm) ? Floats(tensors, prefix + DecodeQueryNorm, width) : [];
        try
        {
            return new AttentionGate(
                new GateShape(config.QueryHeads, config.KeyHeads, config.HeadDim, (int)width, AttentionGates.Block, shared),
                rotation, width == headDim ? rotation : AttentionGates.Rotation(config, (int)width), keys, queries, keyNorm, queryNorm);
        }
        catch (KernelException refusal)
        {
            throw new ModelException(tensors.Location, $"gate of layer {layer}", refusal.Received, refusal.Limit, refusal.Remedy, refusal);
        }
    }

    /// <summary>A layer as it is read.</summary>
    public static IEnumerable<SafetensorsTensor> Write(int layer, AttentionGate gate)
    {
        var (shape, prefix) = (gate.Shape, Prefix(layer));
        long keyHeads = gate.KeysPerQueryHead ? shape.QueryHeads : shape.KeyHeads;
        yield return Tensor(prefix + (shape.SharedByGroup ? DecodeKey : PromptKey), gate.KeyWeights, keyHeads, AttentionGate.KeyPools * shape.HeadDim, shape.Width);
        if (shape.SharedByGroup) yield return Tensor(prefix + DecodeQuery, gate.QueryWeights, shape.KeyHeads, shape.GroupSize, shape.HeadDim, shape.Width);
        else if (!gate.QueryWeights.IsEmpty) yield return Tensor(prefix + PromptQuery, gate.QueryWeights, shape.QueryHeads, shape.HeadDim, shape.Width);
        if (!gate.KeyNorm.IsEmpty) yield return Tensor(prefix + DecodeKeyNorm, gate.KeyNorm, shape.Width);
        if (!gate.QueryNorm.IsEmpty) yield return Tensor(prefix + DecodeQueryNorm, gate.QueryNorm, shape.Width);
    }

    private static SafetensorsTensor Tensor(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        new(name, ElementType.Float32, shape.ToArray(), MemoryMarshal.AsBytes(values).ToArray());

    // The model's configuration does not say how wide its gates are.
    private static long Width(ModelTensors tensors, string name)
    {
        var shape = tensors.Entry(name).Shape;
        var width = shape.Count == 3 ? shape[2] : 0;
        return width is >= 2 and <= AttentionGate.WidestGate
            ? width
            : throw new ModelException(tensors.Location, $"tensor '{name}'", $"[{string.Join(", ", shape)}]", $"[heads, inputs, width] with a width of 2 to {AttentionGate.WidestGate} is read", "Load published gates.");
    }

    private static float[] Floats(ModelTensors tensors, string name, params ReadOnlySpan<long> shape)
    {
        if (!tensors.Has(name))
            throw new ModelException(tensors.Location, $"tensor '{name}'", "missing", $"a gate of this kind has one of shape [{string.Join(", ", shape.ToArray())}]", "Fetch the gates again.");
        var entry = tensors.Entry(name);
        if (!entry.Shape.SequenceEqual(shape.ToArray()))
            throw new ModelException(tensors.Location, $"shape of tensor '{name}'", $"[{string.Join(", ", entry.Shape)}]",
                $"the model and its gates (Qavg and Kmaxminavg for prompts, Qproj and Kmaxminavg for generation) call for [{string.Join(", ", shape.ToArray())}]", "Load the gates of this model.");
        if (entry.Type is null or ElementType.Int32)
            throw new ModelException(tensors.Location, $"dtype of tensor '{name}'", entry.DataType, "gates are read as F32, BF16 or F16", "Convert them to one of these.");
        return tensors.ReadFloats(name).Values;
    }
}
