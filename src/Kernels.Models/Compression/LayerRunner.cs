using System.Runtime.InteropServices;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>Calibration sequences on their way through a model, one decoder layer at a time.</summary>
internal sealed class LayerRunner
{
    private readonly ModelConfig _config;
    private readonly Device _device;
    private readonly RotaryTables _rotary;
    private readonly float[][] _hidden;
    private readonly int _longest;

    /// <summary>Embeds the sequences.</summary>
    public LayerRunner(ModelConfig config, ModelTensors tensors, Device device, IReadOnlyList<int[]> sequences)
    {
        _config = config;
        _device = device;
        _rotary = new RotaryTables(config);
        _longest = sequences.Max(sequence => sequence.Length);
        var builder = new GraphBuilder("embedding");
        var ids = builder.Tokens("tokens");
        using var table = TensorWeight.Matrix(tensors, "model.embed_tokens.weight", config.VocabularySize, config.HiddenSize, staysMapped: true);
        var output = builder.Gather("embedding", table, ids);
        using var store = new WeightStore(device);
        using var plan = Scheduler.Plan(builder.Build(output), device, new ShapeClass(_longest, _longest), store);
        _hidden = [.. sequences.Select(sequence =>
        {
            plan.Write(ids, sequence);
            plan.Run(sequence.Length);
            var values = new float[sequence.Length * config.HiddenSize];
            Copy(plan.Output(output), values);
            return values;
        })];
    }

    /// <summary>Tokens of all sequences.</summary>
    public long Tokens => _hidden.Sum(values => values.Length / _config.HiddenSize);

    /// <summary>Sums the inputs of a layer's projections.</summary>
    public void Observe(int layer, ModelTensors tensors, Calibration calibration, CancellationToken cancellation) =>
        Run(layer, tensors, calibration, advance: false, cancellation);

    /// <summary>Takes the sequences through a layer.</summary>
    public void Advance(int layer, ModelTensors tensors, CancellationToken cancellation) => Run(layer, tensors, null, advance: true, cancellation);

    private void Run(int layer, ModelTensors tensors, Calibration? calibration, bool advance, CancellationToken cancellation)
    {
        var graph = new LayerGraph(_config, new LayerWeights(_config, tensors, layer), layer, _rotary.For(_longest));
        using var store = new WeightStore(_device);
        using var plan = Scheduler.Plan(graph.Graph, _device, new ShapeClass(_longest, _longest), store);
        using var states = new StateSet(graph.Graph, _device, _longest);
        foreach (var values in _hidden)
        {
            var input = plan.Input(graph.Input, values.Length / _config.HiddenSize);
            input.Buffer.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()), input.Offset * sizeof(float));
            states.Truncate(0);
            plan.Run(values.Length / _config.HiddenSize, states, cancellation, calibration?.Observer);
            if (advance) Copy(plan.Output(graph.Output), values);
        }
    }

    private static void Copy(Tensor source, float[] target) => source.Buffer.CopyTo(MemoryMarshal.AsBytes(target.AsSpan()), source.Offset * sizeof(float));
}
