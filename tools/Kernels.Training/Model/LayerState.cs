using Kernels.Training.Layers;

namespace Kernels.Training.Model;

/// <summary>What one layer's backward pass reads again, and the layer's three-way products.</summary>
internal sealed class LayerState : IDisposable
{
    public LayerState(CpuDevice device, ModelShape shape, int rows)
    {
        Input = new Activation(device, rows, shape.Width);
        InputNormed = new Activation(device, rows, shape.Width);
        InputInverse = new Activation(device, rows, 1);
        Projected = new Activation(device, rows, shape.ProjectionWidth);
        Attended = new Activation(device, rows, shape.QueryWidth);
        LogSumExp = new Activation(device, rows, shape.QueryHeads);
        ReachLogSumExp = new Activation(device, rows, shape.QueryHeads);
        Middle = new Activation(device, rows, shape.Width);
        MiddleNormed = new Activation(device, rows, shape.Width);
        MiddleInverse = new Activation(device, rows, 1);
        GateUp = new Activation(device, rows, 2 * shape.Inner);
        Inner = new Activation(device, rows, shape.Inner);
        Projection = new Linear(device, shape.Width, shape.ProjectionWidth, rows);
        Output = new Linear(device, shape.QueryWidth, shape.Width, rows);
        GateUpProjection = new Linear(device, shape.Width, 2 * shape.Inner, rows);
        Down = new Linear(device, shape.Inner, shape.Width, rows);
    }

    /// <summary>Residual stream entering the layer.</summary>
    public Activation Input { get; }

    public Activation InputNormed { get; }

    public Activation InputInverse { get; }

    /// <summary>[query | key | value], rotated.</summary>
    public Activation Projected { get; }

    public Activation Attended { get; }

    public Activation LogSumExp { get; }

    /// <summary>Log-sum-exp over the keys within reach, where a penalty asks for it.</summary>
    public Activation ReachLogSumExp { get; }

    /// <summary>Residual stream after attention.</summary>
    public Activation Middle { get; }

    public Activation MiddleNormed { get; }

    public Activation MiddleInverse { get; }

    public Activation GateUp { get; }

    public Activation Inner { get; }

    public Linear Projection { get; }

    public Linear Output { get; }

    public Linear GateUpProjection { get; }

    public Linear Down { get; }

    public void Dispose()
    {
        foreach (var activation in (Activation[])[Input, InputNormed, InputInverse, Projected, Attended, LogSumExp, ReachLogSumExp, Middle, MiddleNormed, MiddleInverse, GateUp, Inner])
            activation.Dispose();
        foreach (var linear in (Linear[])[Projection, Output, GateUpProjection, Down]) linear.Dispose();
    }
}
