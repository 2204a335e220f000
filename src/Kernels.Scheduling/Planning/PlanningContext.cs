namespace Kernels.Scheduling;

/// <summary>What operations need while a graph is planned.</summary>
internal sealed class PlanningContext(Graph graph, Device device, ShapeClass shape, WeightStore weights) : IDisposable
{
    public Device Device => device;

    public ShapeClass Shape => shape;

    public WeightStore Weights => weights;

    public PlanCache<(MatMulKernel, MatMulShape), MatMulPlan> Products { get; } = new();

    public PlanCache<(AttentionKernel, AttentionShape), AttentionPlan> Attentions { get; } = new();

    public PlanCache<(ConvolutionKernel, ConvolutionShape), ConvolutionPlan> Convolutions { get; } = new();

    public PlanCache<(DepthwiseKernel, DepthwiseShape), DepthwisePlan> Depthwises { get; } = new();

    public int Rows(GraphValue value) => value.Rows.In(shape.Tokens);

    /// <summary>Plans a kernel if the device supports it; the refusal names the operation.</summary>
    public TPlan Require<TPlan>(Operation operation, Support support, Func<TPlan> plan) => support.IsSupported
        ? plan()
        : throw new SchedulingException(
            $"Operation {operation.Name} of graph {graph.Name} cannot run on {device.Name}: {support.Reason}. "
            + "Choose another device or kernel for it; nothing is moved elsewhere silently.");

    public void Dispose()
    {
        Products.Dispose();
        Attentions.Dispose();
        Convolutions.Dispose();
        Depthwises.Dispose();
    }
}
