using Kernels.Testing;
using Xunit;

namespace Kernels.Scheduling.Tests;

/// <summary>Plans captured into CUDA graphs, on the PTX interpreter: the results are those of runs, kernel by kernel.</summary>
public sealed class CapturedRunTests
{
    private static readonly int[] Ids = [3, 1, 4, 1, 5];

    private readonly SmallTransformer _model = new();

    [Fact]
    public void Decoded_tokens_agree_with_runs_and_move_the_graph_along_in_place()
    {
        var driver = new EmulatedDriver();
        using var device = PtxDevices.Open(driver);
        using var weights = new WeightStore(device);
        using var plan = Scheduler.Plan(_model.Graph, device, new ShapeClass(1, 16), weights);
        using var expectedStates = new StateSet(_model.Graph, device, 16);
        using var states = new StateSet(_model.Graph, device, 16);
        using (var captured = plan.Capture(1, states))
        {
            Assert.Equal(0, states.Length);
            foreach (var id in Ids)
            {
                plan.Write(_model.Tokens, [id]);
                plan.Run(1, expectedStates);
                var expected = SmallTransformer.Read(plan, _model.Last);
                plan.Write(_model.Tokens, [id]);
                captured.Run();
                Assert.Equal(expected, SmallTransformer.Read(plan, _model.Last));
            }
        }

        Assert.Equal(Ids.Length, states.Length);
        Assert.Equal(Ids.Length, driver.Calls.Count(call => call.StartsWith("cuGraphLaunch", StringComparison.Ordinal)));

        // Operations around rotations, appended rows and attention are captured once; those move along, one part of three.
        Assert.Equal(3 + Ids.Length - 1, driver.Calls.Count(call => call.StartsWith("cuStreamBeginCapture", StringComparison.Ordinal)));
        Assert.Equal(Ids.Length - 1, driver.Calls.Count(call => call.StartsWith("cuGraphExecChildGraphNodeSetParams", StringComparison.Ordinal)));
        Assert.Single(driver.Calls, call => call.StartsWith("cuGraphInstantiate", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_positions_are_launched_again_without_another_capture()
    {
        var driver = new EmulatedDriver();
        using var device = PtxDevices.Open(driver);
        using var weights = new WeightStore(device);
        using var plan = Scheduler.Plan(_model.Graph, device, new ShapeClass(3, 8), weights);
        using var states = new StateSet(_model.Graph, device, 8);
        using var captured = plan.Capture(3, states);
        float[] Run(ReadOnlySpan<int> ids)
        {
            plan.Write(_model.Tokens, ids);
            captured.Run();
            states.Truncate(0);
            return SmallTransformer.Read(plan, _model.Last);
        }

        var first = Run([3, 1, 4]);
        Assert.NotEqual(first, Run([2, 7, 9]));
        Assert.Equal(first, Run([3, 1, 4]));
        Assert.Equal(3, driver.Calls.Count(call => call.StartsWith("cuStreamBeginCapture", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_anything_is_launched()
    {
        using var device = PtxDevices.Open();
        using var weights = new WeightStore(device);
        using var plan = Scheduler.Plan(_model.Graph, device, new ShapeClass(2, 3), weights);
        using var states = new StateSet(_model.Graph, device, 3);
        Assert.Contains("keeps states", Assert.Throws<SchedulingException>(() => plan.Capture(1)).Message);
        Assert.Contains("1 to 2 tokens", Assert.Throws<SchedulingException>(() => plan.Capture(3, states)).Message);
        using var captured = plan.Capture(2, states);
        plan.Write(_model.Tokens, Ids.AsSpan(0, 2));
        captured.Run();
        Assert.Contains("planned for 3", Assert.Throws<SchedulingException>(captured.Run).Message);
        Assert.Equal(2, states.Length);
    }

    [Fact]
    public void Devices_without_graphs_refuse_with_the_way_out()
    {
        using var device = new CpuDevice(1);
        using var weights = new WeightStore(device);
        using var plan = Scheduler.Plan(_model.Graph, device, new ShapeClass(1, 4), weights);
        using var states = new StateSet(_model.Graph, device, 4);
        var error = Assert.Throws<SchedulingException>(() => plan.Capture(1, states));
        Assert.Contains("only NVIDIA GPUs do. Use Run.", error.Message);
    }
}
