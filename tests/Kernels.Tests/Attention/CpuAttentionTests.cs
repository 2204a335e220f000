using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

public sealed class CpuAttentionTests
{
    public static TheoryData<string, int> NamesAndWidths => CaseRuns.AtEveryWidth(AttentionCases.Names);

    [Theory]
    [MemberData(nameof(NamesAndWidths))]
    public void Agrees_with_the_oracle_at_every_vector_width(string name, int vectorBits)
    {
        using var device = CpuDevice.Emulating(threads: 2, vectorBits);
        AttentionCases.Named(name).Run(device);
    }

    [Theory]
    [InlineData("chunk")]
    [InlineData("decode")]
    [InlineData("anchor")]
    public void Threads_change_no_bit(string name)
    {
        var problem = AttentionCases.Named(name);
        Assert.Equal(Output(problem, 1), Output(problem, 3));
    }

    [Fact]
    public void Running_allocates_nothing_on_the_managed_heap()
    {
        using var device = new CpuDevice(threads: 1);
        var problem = AttentionCases.Named("anchor");
        using var run = new BoundRun(problem, device);
        run.Go();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 3; i++) run.Go();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void More_splits_than_one_merge_to_the_oracle()
    {
        const int keys = 9000, channels = 8;
        var shape = new AttentionShape(1, 1, keys, 2, 1, channels);
        using var device = new CpuDevice(threads: 2);
        new AttentionCase("long decode", AttentionKernels.Causal8, shape).Run(device);
    }

    [Fact]
    public void A_run_larger_than_its_plan_is_refused_by_name()
    {
        using var device = new CpuDevice(threads: 1);
        using var plan = AttentionKernels.Causal8.Plan(device, new AttentionShape(1, 4, 4, 1, 1, 8));
        using var buffer = device.Allocate(4096);
        var (small, large) = (Tensor.Heads(buffer, ElementType.Float32, 1, 4, 1, 8), Tensor.Heads(buffer, ElementType.Float32, 1, 5, 1, 8));
        var error = Assert.Throws<KernelException>(() => plan.Run(small, large, large, small));
        Assert.Contains("Causal8", error.Message);
        Assert.Contains("1 to 4 tokens", error.Message);
        error = Assert.Throws<KernelException>(() => plan.Run(small, Tensor.Heads(buffer, ElementType.Float32, 1, 3, 1, 8), Tensor.Heads(buffer, ElementType.Float32, 1, 3, 1, 8), small));
        Assert.Contains("causal attention needs at least as many keys as queries", error.Message);
    }

    [Theory]
    [InlineData(3, 2, 8, "do not divide evenly")]
    [InlineData(2, 1, 16, "declared with HeadDim = 8")]
    [InlineData(0, 0, 8, "do not divide evenly")]
    public void An_impossible_shape_is_refused_when_planned(int queryHeads, int keyHeads, int headDim, string reason)
    {
        using var device = new CpuDevice(threads: 1);
        var shape = new AttentionShape(1, 4, 4, queryHeads, keyHeads, headDim);
        Assert.Contains(reason, Assert.Throws<KernelException>(() => AttentionKernels.Causal8.Plan(device, shape)).Message);
    }

    private static float[] Output(AttentionCase problem, int threads)
    {
        using var device = new CpuDevice(threads);
        using var run = new BoundRun(problem, device);
        run.Go();
        return run.Output();
    }

    /// <summary>Random inputs of a case bound to a plan, for runs that are not compared with the oracle.</summary>
    private sealed class BoundRun : IDisposable
    {
        private readonly GuardedTensor _query, _key, _value, _output;
        private readonly AttentionPlan _plan;

        public BoundRun(AttentionCase problem, Device device)
        {
            var shape = problem.Shape;
            GuardedTensor Filled(int seed, ElementType type, int tokens, int heads)
            {
                var tensor = new GuardedTensor(device, type, shape.Batch, tokens, heads, shape.HeadDim);
                tensor.Write(RandomValues.Normal(seed, shape.Batch * tokens * heads * shape.HeadDim, type));
                return tensor;
            }

            _query = Filled(1, shape.QueryType, shape.Queries, shape.QueryHeads);
            _key = Filled(2, shape.KeyType, shape.Keys, shape.KeyHeads);
            _value = Filled(3, shape.KeyType, shape.Keys, shape.KeyHeads);
            _output = new GuardedTensor(device, shape.QueryType, shape.Batch, shape.Queries, shape.QueryHeads, shape.HeadDim);
            _plan = problem.Kernel.Plan(device, shape);
        }

        public void Go() => _plan.Run(_query.Tensor, _key.Tensor, _value.Tensor, _output.Tensor);

        public float[] Output() => _output.Read("output");

        public void Dispose()
        {
            _plan.Dispose();
            foreach (var tensor in new[] { _query, _key, _value, _output }) tensor.Dispose();
        }
    }
}
