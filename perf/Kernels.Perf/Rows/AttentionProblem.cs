using System.Runtime.InteropServices;
using Kernels.Perf.Checking;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows;

/// <summary>Queries, keys and values of one sequence on a device, with the check of every answer to them.</summary>
internal sealed class AttentionProblem
{
    private readonly PreparedRow _prepared;
    private readonly Device _device;
    private readonly AttentionShape _shape;
    private readonly Tensor _query, _key, _value;

    public AttentionProblem(PreparedRow prepared, Device device, in AttentionShape shape, float[] query, float[] key, float[] value)
    {
        (_prepared, _device, _shape) = (prepared, device, shape);
        (Queries, Keys, Values) = (query, key, value);
        _query = Upload(query, shape.Queries, shape.QueryHeads);
        _key = Upload(key, shape.Keys, shape.KeyHeads);
        _value = Upload(value, shape.Keys, shape.KeyHeads);
        Check = new AttentionCheck(query, key, value, shape.Queries, shape.Keys, shape.QueryHeads, shape.KeyHeads, shape.HeadDim);
    }

    public float[] Queries { get; }

    public float[] Keys { get; }

    public float[] Values { get; }

    public AttentionCheck Check { get; }

    /// <summary>Bytes of queries, keys, values and output.</summary>
    public double Bytes => 4.0 * (2 * Queries.Length + Keys.Length + Values.Length);

    /// <summary>Standard normal values.</summary>
    public static float[] Gaussian(Random random, long count)
    {
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }

    /// <summary>Binds a plan, with an output of its own, and an index for a plan that needs one.</summary>
    /// <param name="plan">What is run.</param>
    /// <param name="visits">Whether (head, query) visits a key, for the queries that are checked.</param>
    /// <param name="index">What an indexed kernel walks.</param>
    public (DeviceBuffer Output, Action Run, Action Verify) Bind(AttentionPlan plan, Func<int, int, int, Visit> visits, AttentionIndex? index = null)
    {
        if (index is not null) return Bind((query, to) => plan.Run(query, _key, _value, to, index), visits);
        if (plan.SummaryBytes == 0) return Bind((query, to) => plan.Run(query, _key, _value, to), visits);
        // As between the steps of a generation: what is known of the keys is kept.
        var summary = _prepared.Keep(plan.Summarise());
        return Bind((query, to) => plan.Run(query, _key, _value, to, summary), visits);
    }

    /// <summary>Binds a plan that asks a gate, which has seen the keys before the first query and no other.</summary>
    public (DeviceBuffer Output, Action Run, Action Verify) Bind(AttentionPlan plan, Func<int, int, int, Visit> visits, GateKeyCache gate) =>
        Bind((query, to) =>
        {
            gate.Truncate(_shape.Keys - _shape.Queries);
            plan.Run(query, _key, _value, to, gate);
        }, visits);

    /// <summary>Binds what attends from the queries to an output, with an output of its own.</summary>
    public (DeviceBuffer Output, Action Run, Action Verify) Bind(Action<Tensor, Tensor> attend, Func<int, int, int, Visit> visits)
    {
        var output = _prepared.Keep(_device.Allocate(4L * Queries.Length));
        var to = Tensor.Heads(output, ElementType.Float32, 1, _shape.Queries, _shape.QueryHeads, _shape.HeadDim);
        return (output, () => attend(_query, to), () =>
        {
            var values = new float[Queries.Length];
            output.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
            Check.Verify(values, visits);
        });
    }

    /// <summary>Binds what attends from queries over keys and values to an output, with an output of its own that the caller checks.</summary>
    public (DeviceBuffer Output, Action Run) Bind(Action<Tensor, Tensor, Tensor, Tensor> attend)
    {
        var output = _prepared.Keep(_device.Allocate(4L * Queries.Length));
        var to = Tensor.Heads(output, ElementType.Float32, 1, _shape.Queries, _shape.QueryHeads, _shape.HeadDim);
        return (output, () => attend(_query, _key, _value, to));
    }

    /// <summary>The baseline own-dense: attention to every key that causality leaves.</summary>
    public void AgainstDense(bool causal = true) => _prepared.Against("own-dense", () =>
    {
        var dense = _prepared.Keep((causal ? MeasuredKernels.Causal128 : MeasuredKernels.Full128).Plan(_device, _shape));
        var baseline = Bind(dense, (_, i, j) => !causal || j <= i + _shape.Keys - _shape.Queries ? Visit.Yes : Visit.No);
        return new Contender("own-dense", baseline.Run, baseline.Verify);
    });

    /// <summary>The keys <paramref name="plan"/> selects.</summary>
    public AttentionIndex Select(AttentionPlan plan, GateKeyCache? gate = null) =>
        gate is null ? plan.Select(_query, _key) : plan.Select(_query, _key, gate);

    /// <summary>The keys <paramref name="kernel"/> selects by other queries, [tokens, query heads, channels].</summary>
    public AttentionIndex Select(AttentionKernel kernel, float[] queries, int tokens)
    {
        using var plan = kernel.Plan(_device, _shape with { Queries = tokens });
        return plan.Select(Upload(queries, tokens, _shape.QueryHeads), _key);
    }

    /// <summary>Copies what is kept of the keys and values.</summary>
    public CompactedCache Compact(AttentionIndex kept) => new(_key, _value, kept, room: 0);

    private Tensor Upload(float[] values, int tokens, int heads)
    {
        var buffer = _prepared.Keep(_device.Allocate(4L * values.Length));
        buffer.CopyFrom(MemoryMarshal.AsBytes<float>(values));
        return Tensor.Heads(buffer, ElementType.Float32, 1, tokens, heads, _shape.HeadDim);
    }
}
