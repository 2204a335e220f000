namespace Kernels.Scheduling;

/// <summary>Turns graphs into plans: kernels chosen, weights packed, every value placed in one arena.</summary>
public static class Scheduler
{
    /// <summary>Plans <paramref name="graph"/> for <paramref name="device"/>.</summary>
    /// <param name="graph">The forward pass.</param>
    /// <param name="device">Where every operation runs.</param>
    /// <param name="shape">The largest run.</param>
    /// <param name="weights">The device's weights, shared with other plans; the caller disposes them after the plans.</param>
    /// <exception cref="SchedulingException">An operation cannot run on the device, or the shape is impossible.</exception>
    public static Plan Plan(Graph graph, Device device, ShapeClass shape, WeightStore weights)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Device != device) throw new SchedulingException($"The weights are on {weights.Device.Name} and graph {graph.Name} was to be planned for {device.Name}; make a WeightStore for that device.");
        if (shape.Tokens < 1 || shape.Keys < shape.Tokens)
            throw new SchedulingException($"Graph {graph.Name} cannot be planned for {shape}: a run needs at least 1 token and at least as many keys as tokens.");

        var context = new PlanningContext(graph, device, shape, weights);
        try
        {
            var nodes = graph.Operations.Select(operation => operation.Plan(context)).ToArray();
            var (offsets, bytes) = ArenaLayout.Place(Lifetimes(graph, shape));
            return new Plan(graph, context, nodes, offsets, bytes);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    private static (long Bytes, int First, int Last)[] Lifetimes(Graph graph, ShapeClass shape)
    {
        var lifetimes = new (long Bytes, int First, int Last)[graph.Values.Count];
        foreach (var value in graph.Values)
        {
            long rows = value.Rows.In(shape.Tokens);
            lifetimes[value.Id] = (rows * value.Columns * value.Type.Size(), value.IsInput ? 0 : int.MaxValue, 0);
        }

        for (var step = 0; step < graph.Operations.Count; step++)
        {
            var operation = graph.Operations[step];
            foreach (var value in operation.Reads.Append(operation.Writes))
            {
                if (value is null) continue;
                ref var lifetime = ref lifetimes[value.Id];
                lifetime.First = Math.Min(lifetime.First, step);
                lifetime.Last = Math.Max(lifetime.Last, step);
            }
        }

        foreach (var value in graph.Outputs) lifetimes[value.Id].Last = graph.Operations.Count;
        for (var i = 0; i < lifetimes.Length; i++)
            if (lifetimes[i].First > lifetimes[i].Last) lifetimes[i].First = lifetimes[i].Last;
        return lifetimes;
    }
}
