using System.Runtime.InteropServices;
using Kernels.Catalog;
using Kernels.Testing;
using Xunit;

namespace Kernels.Scheduling.Tests;

public sealed class PlanTests
{
    private static readonly int[] Ids = [3, 1, 4, 1, 5, 9, 2, 6];

    [Fact]
    public void Chunks_and_single_tokens_give_what_one_run_gives()
    {
        using var device = new CpuDevice(threads: 1);
        var whole = LastRowAfter(device, 8);
        AssertClose(whole, LastRowAfter(device, 3));
        AssertClose(whole, LastRowAfter(device, 1));
    }

    [Fact]
    public void Running_allocates_nothing()
    {
        var model = new SmallTransformer();
        using var device = new CpuDevice(threads: 1);
        using var weights = new WeightStore(device);
        using var plan = Scheduler.Plan(model.Graph, device, new ShapeClass(4, 16), weights);
        using var states = new StateSet(model.Graph, device, 16);
        void Step()
        {
            plan.Write(model.Tokens, Ids.AsSpan(0, 4));
            plan.Run(4, states);
        }

        Step();
        Step();
        var held = device.AllocatedBytes;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(held, device.AllocatedBytes);
    }

    [Fact]
    public void Observers_see_the_input_of_every_product_and_change_nothing()
    {
        var builder = new GraphBuilder("observed");
        var input = builder.Input("input", 6);
        var (first, second) = (new ArrayWeight("first", 4, 6, RandomValues.Normal(1, 24)), new ArrayWeight("second", 3, 2, RandomValues.Normal(2, 6)));
        var middle = builder.Product("first", Projections.Dense, first, input);
        var output = builder.Product("second", Projections.Dense, second, middle.Slice(1, 2));
        using var device = new CpuDevice(threads: 1);
        using var weights = new WeightStore(device);
        using var plan = Scheduler.Plan(builder.Build(middle, output), device, new ShapeClass(5, 5), weights);
        var values = RandomValues.Normal(3, 3 * 6);
        void Write() => device.Layers.Copy(Matrix(device, values, 3, 6), plan.Input(input, 3));
        Write();
        plan.Run(3);
        var expected = SmallTransformer.Read(plan, output);
        var seen = new List<(string Weight, float[] Values)>();
        Write();
        plan.Run(3, observer: (weight, observed) =>
        {
            var rows = new float[observed[0] * observed[1]];
            for (var row = 0; row < observed[0]; row++)
                observed.Buffer.CopyTo(MemoryMarshal.AsBytes(rows.AsSpan(row * observed[1], observed[1])), (observed.Offset + row * observed.Stride(0)) * sizeof(float));
            seen.Add((weight.Name, rows));
        });
        Assert.Equal(["first", "second"], seen.Select(product => product.Weight));
        Assert.Equal(values, seen[0].Values);
        var sliced = SmallTransformer.Read(plan, middle).Chunk(4).SelectMany(row => row[1..3]);
        Assert.Equal(sliced, seen[1].Values);
        Assert.Equal(expected, SmallTransformer.Read(plan, output));
    }

    [Fact]
    public void Explained_totals_are_what_the_device_holds()
    {
        var model = new SmallTransformer();
        using var device = new CpuDevice(threads: 1);
        using var weights = new WeightStore(device);
        using var plan = Scheduler.Plan(model.Graph, device, new ShapeClass(4, 16), weights);
        using var states = new StateSet(model.Graph, device, 16);
        var explanation = plan.Explain();
        Assert.Equal(device.AllocatedBytes, explanation.TotalBytes);
        Assert.Equal(states.ByteLength, explanation.StateBytes);
        Assert.Equal(model.Graph.Operations.Count, explanation.Nodes.Count);
        var text = explanation.ToString();
        foreach (var node in explanation.Nodes) Assert.Contains(node.Name, text);
        Assert.Contains("Projections.Dense", text);
    }

    [Fact]
    public void The_null_device_plans_and_explains_without_memory_or_hardware()
    {
        var model = new SmallTransformer();
        using var device = new NullDevice();
        using var weights = new WeightStore(device);
        using var plan = Scheduler.Plan(model.Graph, device, new ShapeClass(1 << 20, 1 << 24), weights);
        Assert.InRange(plan.Explain().TotalBytes, 1L << 31, long.MaxValue);
        using var states = new StateSet(model.Graph, device, 1 << 24);
        plan.Write(model.Tokens, Ids);
        plan.Run(Ids.Length, states);
        Assert.Equal(Ids.Length, states.Length);
    }

    [Fact]
    public void Plans_of_one_device_share_weights()
    {
        var model = new SmallTransformer();
        using var device = new CpuDevice(threads: 1);
        using var weights = new WeightStore(device);
        using var prefill = Scheduler.Plan(model.Graph, device, new ShapeClass(8, 16), weights);
        var held = weights.ByteLength;
        using var decode = Scheduler.Plan(model.Graph, device, new ShapeClass(1, 16), weights);
        Assert.Equal(held, weights.ByteLength);
    }

    [Fact]
    public void A_cancelled_run_leaves_the_states_as_they_were()
    {
        var model = new SmallTransformer();
        using var device = new CpuDevice(threads: 1);
        using var weights = new WeightStore(device);
        using var plan = Scheduler.Plan(model.Graph, device, new ShapeClass(8, 16), weights);
        using var states = new StateSet(model.Graph, device, 16);
        plan.Write(model.Tokens, Ids);
        Assert.Throws<OperationCanceledException>(() => plan.Run(8, states, new CancellationToken(canceled: true)));
        Assert.Equal(0, states.Length);
    }

    [Fact]
    public void Impossible_plans_and_runs_are_refused_with_the_way_out()
    {
        var model = new SmallTransformer();
        using var device = new CpuDevice(threads: 1);
        using var weights = new WeightStore(device);
        Assert.Contains("at least 1 token", Refused(() => Scheduler.Plan(model.Graph, device, new ShapeClass(0, 4), weights)));
        using var other = new CpuDevice(threads: 1);
        Assert.Contains("make a WeightStore", Refused(() => Scheduler.Plan(model.Graph, other, new ShapeClass(1, 4), weights)));
        using var plan = Scheduler.Plan(model.Graph, device, new ShapeClass(4, 6), weights);
        using var states = new StateSet(model.Graph, device, 6);
        Assert.Contains("1 to 4 tokens; 8 were given", Refused(() => plan.Write(model.Tokens, Ids)));
        Assert.Contains("pass a StateSet", Refused(() => plan.Run(4)));
        plan.Write(model.Tokens, Ids.AsSpan(0, 4));
        plan.Run(4, states);
        Assert.Contains("4 tokens are held and 4 more", Refused(() => plan.Run(4, states)));
        Assert.Contains("is not an output", Refused(() => plan.Output(model.Graph.Values[2])));
    }

    [Fact]
    public void An_operation_the_device_cannot_run_is_named()
    {
        var builder = new GraphBuilder("odd");
        var input = builder.Input("input", 6);
        var graph = builder.Build(builder.Product("projection", Projections.TwoOfFour, new ArrayWeight("weight", 4, 6, new float[24]), input));
        using var device = new CpuDevice(threads: 1);
        using var weights = new WeightStore(device);
        var message = Refused(() => Scheduler.Plan(graph, device, new ShapeClass(1, 1), weights));
        Assert.Contains("projection", message);
        Assert.Contains("not a multiple of 4", message);
    }

    [Fact]
    public void A_builder_refuses_what_does_not_fit()
    {
        var builder = new GraphBuilder("bad");
        var input = builder.Input("input", 6);
        Assert.Contains("6 columns are needed", Assert.Throws<ArgumentException>(() => builder.Product("p", Projections.Dense, new ArrayWeight("w", 2, 5, new float[10]), input)).Message);
        Assert.Contains("already has a 'input'", Assert.Throws<ArgumentException>(() => builder.Input("input", 6)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => input.Slice(4, 3));
        Assert.Contains("not a value of graph", Assert.Throws<ArgumentException>(() => builder.LastRow("last", new GraphBuilder("other").Input("x", 6))).Message);
    }

    private static float[] LastRowAfter(CpuDevice device, int chunk)
    {
        var model = new SmallTransformer();
        using var weights = new WeightStore(device);
        using var plan = Scheduler.Plan(model.Graph, device, new ShapeClass(chunk, Ids.Length), weights);
        using var states = new StateSet(model.Graph, device, Ids.Length);
        for (var start = 0; start < Ids.Length; start += chunk)
        {
            var count = Math.Min(chunk, Ids.Length - start);
            plan.Write(model.Tokens, Ids.AsSpan(start, count));
            plan.Run(count, states);
        }

        return SmallTransformer.Read(plan, model.Last);
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        var largest = expected.Max(MathF.Abs);
        for (var i = 0; i < expected.Length; i++) Assert.InRange(actual[i], expected[i] - 1e-5f * largest, expected[i] + 1e-5f * largest);
    }

    private static string Refused(Action action) => Assert.Throws<SchedulingException>(action).Message;

    private static Tensor Matrix(Device device, float[] values, int rows, int columns)
    {
        var buffer = device.Allocate(values.Length * sizeof(float));
        buffer.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
        return Tensor.Matrix(buffer, ElementType.Float32, rows, columns);
    }
}
