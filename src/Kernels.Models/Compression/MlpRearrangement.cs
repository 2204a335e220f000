using Kernels.Compression;

namespace Kernels.Models;

/// <summary>
/// A decoder layer whose MLP has its inner channels in another order: rows and biases of gate and up, columns of down. SwiGLU works on
/// every channel by itself and the residual stream keeps its order, so the layer computes what it did.
/// </summary>
internal sealed class MlpRearrangement
{
    private readonly string _prefix;
    private readonly int[] _order;

    /// <summary>Orders the channels of a layer by the norms of what makes them.</summary>
    public MlpRearrangement(ModelTensors tensors, int layer)
    {
        _prefix = $"model.layers.{layer}.mlp.";
        var channels = (int)tensors.Entry(_prefix + "gate_proj.weight").Shape[0];
        _order = ChannelOrder.ByNorm(channels, [tensors.ReadFloats(_prefix + "gate_proj.weight").Values, tensors.ReadFloats(_prefix + "up_proj.weight").Values]);
    }

    /// <summary>A matrix of the layer with its channels in order.</summary>
    public float[] Weights(string name, float[] values) =>
        MakesChannels(name) ? ChannelOrder.Rows<float>(values, _order) : ReadsChannels(name) ? ChannelOrder.Columns<float>(values, _order) : values;

    /// <summary>Another tensor of the layer with its channels in order.</summary>
    public SafetensorsTensor Other(SafetensorsTensor tensor) =>
        MakesChannels(tensor.Name) ? tensor with { Data = ChannelOrder.Rows(tensor.Data.Span, _order) } : tensor;

    /// <summary>What is known of a matrix's inputs, in order.</summary>
    public InputStatistics? Inputs(string name, InputStatistics? inputs) => ReadsChannels(name) ? inputs?.Reordered(_order) : inputs;

    private bool MakesChannels(string name) =>
        name.StartsWith(_prefix + "gate_proj.", StringComparison.Ordinal) || name.StartsWith(_prefix + "up_proj.", StringComparison.Ordinal);

    private bool ReadsChannels(string name) => name == _prefix + "down_proj.weight";
}
