using System.Runtime.InteropServices;
using Kernels.Models;
using Kernels.Perf.Checking;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows.Sample;

/// <summary>
/// AnchorAttention on the queries, keys and values that the sample model forms of its document, all layers one after the other.
/// </summary>
/// <remarks>own-dense is dense attention on the same tensors. <c>top1_agreement</c> compares whole runs of the model at every position.</remarks>
/// <param name="Name">Name of the row.</param>
/// <param name="Model">The model and its document.</param>
/// <param name="Tokens">Tokens of the document.</param>
/// <param name="Kernel">The kernel for the model's head dimension.</param>
internal sealed record AnchorSampleRow(string Name, SampleModel Model, int Tokens, Func<int, AttentionKernel> Kernel) : IRatioRow
{
    public string Description => $"the sample model's own queries and keys, all layers, {Tokens} tokens of its document";

    public Bound Bound => Bound.Compute;

    public PreparedRow Prepare(RowSetup setup)
    {
        var device = setup.Device;
        using var model = Model.Load(device);
        var config = model.Config;
        var tokens = Model.Read(model, Tokens);
        var layers = Record(model, tokens);
        var shape = new AttentionShape(1, Tokens, Tokens, config.QueryHeads, config.KeyHeads, config.HeadDim);
        var kernel = Kernel(config.HeadDim);
        var visited = new long[layers.Count];
        var dense = new long[layers.Count];
        var prepared = new PreparedRow
        {
            Work = () => new RowWork(
                4.0 * config.HeadDim * visited.Sum(), 8.0 * layers.Count * Tokens * (config.QueryHeads + config.KeyHeads) * config.HeadDim),
            Observations = () => Observe((double)visited.Sum() / dense.Sum(), tokens),
        };
        try
        {
            var stacks = layers.Select(layer => new Layer(prepared, device, layer, shape)).ToArray();
            var plan = prepared.Keep(kernel.Plan(device, shape));
            var selections = layers.Select(layer => new Lazy<AnchorSelection>(
                () => new AnchorSelection(layer.Query, layer.Key, Tokens, config.QueryHeads, config.KeyHeads, kernel.Declaration))).ToArray();
            var outputs = Array.ConvertAll(stacks, stack => stack.Answer(prepared));
            prepared.Times(outputs[^1].Buffer, () =>
            {
                for (var i = 0; i < stacks.Length; i++)
                {
                    stacks[i].Run(plan, outputs[i]);
                    (visited[i], dense[i]) = (plan.Work.Visited, plan.Work.Dense);
                }
            }, () =>
            {
                for (var i = 0; i < stacks.Length; i++)
                {
                    stacks[i].Verify(outputs[i], selections[i].Value.Visits);
                    var (least, most) = selections[i].Value.CountPairs();
                    if (visited[i] < least || visited[i] > most)
                        throw new WrongAnswerException($"Layer {i}: the kernel reports {visited[i]} visited pairs; {least} to {most} are declared.");
                }
            });
            if (!setup.WithBaselines) return prepared;
            prepared.Against("own-dense", () =>
            {
                var every = prepared.Keep(AttentionMethod.Dense.Prefill(config.HeadDim).Plan(device, shape));
                var all = Array.ConvertAll(stacks, stack => stack.Answer(prepared));
                return new Contender("own-dense", () =>
                {
                    for (var i = 0; i < stacks.Length; i++) stacks[i].Run(every, all[i]);
                }, () =>
                {
                    for (var i = 0; i < stacks.Length; i++) stacks[i].Verify(all[i], (_, query, key) => key <= query ? Visit.Yes : Visit.No);
                });
            });
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private IReadOnlyList<AttentionInputs> Record(LanguageModel model, int[] tokens)
    {
        var layers = new List<AttentionInputs>();
        var recorder = new AttentionRecorder(AttentionMethod.Dense.Prefill(model.Config.HeadDim), layers.Add);
        var recording = AttentionMethod.Dense with { Prefill = _ => recorder.Kernel };
        // One chunk, so that every layer is seen whole; every position, so that the last layer computes every query.
        using var session = model.CreateSession(
            new SessionOptions { Length = Tokens, ChunkLength = Tokens, Attention = recording, EveryPosition = true });
        session.Prefill(tokens);
        return layers;
    }

    private Dictionary<string, double> Observe(double density, int[] tokens)
    {
        using var device = new CpuDevice();
        using var model = Model.Load(device);
        var options = new SessionOptions { Length = Tokens, EveryPosition = true };
        using var dense = model.CreateSession(options);
        using var sparse = model.CreateSession(options with { Attention = AttentionMethod.Dense with { Prefill = Kernel } });
        var agreement = Evaluator.Compare(dense, sparse, tokens);
        return new Dictionary<string, double>
        {
            ["density"] = density,
            ["top1_agreement"] = agreement.Top1,
            ["kl"] = agreement.MeanDivergence,
            ["perplexity_dense"] = agreement.Dense.Perplexity,
            ["perplexity_sparse"] = agreement.Sparse.Perplexity,
        };
    }

    /// <summary>One layer's inputs on the device.</summary>
    private sealed class Layer
    {
        private readonly Device _device;
        private readonly AttentionInputs _inputs;
        private readonly AttentionShape _shape;
        private readonly Tensor _query, _key, _value;

        public Layer(PreparedRow prepared, Device device, AttentionInputs inputs, AttentionShape shape)
        {
            (_device, _inputs, _shape) = (device, inputs, shape);
            _query = Allocate(prepared, shape.QueryHeads);
            _key = Allocate(prepared, shape.KeyHeads);
            _value = Allocate(prepared, shape.KeyHeads);
            _query.Buffer.CopyFrom(MemoryMarshal.AsBytes<float>(inputs.Query));
            _key.Buffer.CopyFrom(MemoryMarshal.AsBytes<float>(inputs.Key));
            _value.Buffer.CopyFrom(MemoryMarshal.AsBytes<float>(inputs.Value));
        }

        /// <summary>Room for one contender's output.</summary>
        public Tensor Answer(PreparedRow prepared) => Allocate(prepared, _shape.QueryHeads);

        public void Run(AttentionPlan plan, Tensor output) => plan.Run(_query, _key, _value, output);

        public void Verify(Tensor output, Func<int, int, int, Visit> visits)
        {
            var values = new float[_inputs.Query.Length];
            output.Buffer.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
            new AttentionCheck(
                _inputs.Query, _inputs.Key, _inputs.Value, _shape.Queries, _shape.Keys, _shape.QueryHeads, _shape.KeyHeads, _shape.HeadDim)
                .Verify(values, visits);
        }

        private Tensor Allocate(PreparedRow prepared, int heads) => Tensor.Heads(
            prepared.Keep(_device.Allocate(sizeof(float) * (long)_shape.Queries * heads * _shape.HeadDim)), ElementType.Float32, 1, _shape.Queries, heads, _shape.HeadDim);
    }
}
