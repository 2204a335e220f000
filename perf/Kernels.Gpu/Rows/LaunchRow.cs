using Kernels.Scheduling;

namespace Kernels.Gpu.Rows;

/// <summary>A captured plan of kernels that do next to nothing.</summary>
internal sealed record LaunchRow(string Name, int Kernels, params RowTarget[] Targets) : GpuRow(Name, RowLimit.Launch, Targets)
{
    private const int Columns = 64;

    public override string Description => $"{Kernels} additions of {Columns} numbers in one graph";

    public override IReadOnlyDictionary<string, object> Shape => new Dictionary<string, object> { ["kind"] = "launch", ["kernels"] = Kernels, ["columns"] = Columns };

    protected override PreparedRow Prepare(Device device)
    {
        var builder = new GraphBuilder("launches");
        var input = builder.Input("input", Columns);
        var sum = input;
        for (var i = 0; i < Kernels; i++) sum = builder.Add($"add {i}", sum, input);
        var prepared = new PreparedRow { Run = _ => { }, Launches = Kernels };
        try
        {
            var weights = prepared.Keep(new WeightStore(device));
            var plan = prepared.Keep(Scheduler.Plan(builder.Build(sum), device, new ShapeClass(1, 1), weights));
            // Kernels are compiled when they first run, which a capture need not wait for.
            _ = plan.Input(input, 1);
            plan.Run(1);
            var captured = prepared.Keep(plan.Capture(1));
            prepared.Run = _ => captured.Run();
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }
}
