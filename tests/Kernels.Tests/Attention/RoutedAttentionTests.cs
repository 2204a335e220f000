using System.Runtime.InteropServices;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Attention within the clusters of centroids.</summary>
public sealed class RoutedAttentionTests(SharedDevices devices) : IClassFixture<SharedDevices>
{
    private const int HeadDim = 20;

    [Theory]
    [InlineData(1, 1, 1, 1, 1, 1, true)]
    [InlineData(1, 11, 11, 2, 1, 1, true)] // one fewer than a cluster
    [InlineData(1, 12, 12, 2, 2, 1, true)]
    [InlineData(1, 13, 13, 2, 1, 2, true)]
    [InlineData(2, 100, 100, 6, 2, 9, true)] // several, a tail, grouped queries
    [InlineData(1, 40, 130, 4, 2, 4, true)] // the last rows of a longer text
    [InlineData(1, 90, 50, 2, 1, 5, false)]
    [InlineData(2, 300, 300, 2, 1, 25, false)]
    public void Agrees_with_the_oracle(int batch, int queries, int keys, int queryHeads, int keyHeads, int clusters, bool causal)
    {
        using var two = new CpuDevice(threads: 2);
        using var one = new CpuDevice(threads: 1);
        var (problem, unassigned) = AssertAgrees(two, new AttentionShape(batch, queries, keys, queryHeads, keyHeads, HeadDim), clusters, causal);
        Assert.Equal(problem.Run(Kernel(causal), two, out _), problem.Run(Kernel(causal), one, out _));
        if (clusters == 4) Assert.True(unassigned > 0); // so that rows of zeros are among those compared
    }

    [Theory]
    [InlineData("simulator", 1, 2, 3, 1, 1, 1, true)]
    [InlineData(PtxDevices.Name, 1, 13, 13, 2, 1, 2, true)]
    [InlineData(PtxDevices.Name, 1, 20, 30, 2, 2, 3, false)]
    [InlineData("opencl", 2, 100, 100, 6, 2, 9, true)]
    [InlineData("opencl", 1, 40, 130, 4, 2, 4, true)]
    [InlineData("cuda", 2, 100, 100, 6, 2, 9, true)]
    [InlineData("cuda", 1, 40, 130, 4, 2, 4, true)]
    [InlineData("cuda", 2, 300, 300, 2, 1, 25, false)]
    public void Agrees_with_the_oracle_on_gpus(
        string device, int batch, int queries, int keys, int queryHeads, int keyHeads, int clusters, bool causal) =>
        AssertAgrees(devices[device], new AttentionShape(batch, queries, keys, queryHeads, keyHeads, HeadDim), clusters, causal);

    [Fact]
    public void Centroids_are_asked_for_and_must_fit()
    {
        using var device = new CpuDevice(threads: 1);
        var shape = new AttentionShape(1, 24, 24, 2, 2, HeadDim);
        using var plan = AttentionKernels.Routed20.Plan(device, shape);
        using var buffer = device.Allocate(1 << 16);
        var tensor = Tensor.Heads(buffer, ElementType.Float32, 1, 24, 2, HeadDim);
        Assert.Contains("Call RunRouted", Assert.Throws<KernelException>(() => plan.Run(tensor, tensor, tensor, tensor)).Message);
        foreach (var wrong in new[]
                 {
                     Tensor.Heads(buffer, ElementType.Float32, 1, 3, 2, HeadDim), Tensor.Heads(buffer, ElementType.Float32, 1, 0, 2, HeadDim),
                     Tensor.Heads(buffer, ElementType.Float32, 1, 2, 1, HeadDim), Tensor.Heads(buffer, ElementType.BFloat16, 1, 2, 2, HeadDim),
                 })
            Assert.Contains("1 to 2, 2, 20", Assert.Throws<KernelException>(() => plan.RunRouted(tensor, tensor, tensor, tensor, wrong)).Message);
        using var dense = AttentionKernels.Causal20.Plan(device, shape);
        Assert.Contains("routes nothing", Assert.Throws<KernelException>(() => dense.RunRouted(tensor, tensor, tensor, tensor, tensor)).Message);
    }

    private static AttentionKernel Kernel(bool causal) => causal ? AttentionKernels.Routed20 : AttentionKernels.RoutedFull20;

    private static (Problem Problem, int Unassigned) AssertAgrees(Device device, AttentionShape shape, int clusters, bool causal)
    {
        for (var seed = 1; ; seed++)
        {
            var problem = new Problem(shape, clusters, seed);
            if (!problem.Solve(Kernel(causal).Declaration, out var expected, out var visited, out var unassigned)) continue;
            Tolerance.AssertClose(expected, problem.Run(Kernel(causal), device, out var work), ElementType.Float32, $"{shape}, {clusters} clusters");
            Assert.Equal(visited, work.Visited);
            return (problem, unassigned);
        }
    }

    private sealed class Problem(AttentionShape shape, int clusters, int seed)
    {
        private readonly float[] _query = RandomValues.Normal(4 * seed, shape.Batch * shape.Queries * shape.QueryHeads * HeadDim, ElementType.Float32);
        private readonly float[] _key = RandomValues.Normal(4 * seed + 1, shape.Batch * shape.Keys * shape.KeyHeads * HeadDim, ElementType.Float32);
        private readonly float[] _value = RandomValues.Normal(4 * seed + 2, shape.Batch * shape.Keys * shape.KeyHeads * HeadDim, ElementType.Float32);
        private readonly float[] _centroids = RandomValues.Normal(4 * seed + 3, clusters * shape.KeyHeads * HeadDim, ElementType.Float32);

        /// <summary>False where rounding could change which tokens meet.</summary>
        public bool Solve(AttentionDeclaration declaration, out double[] output, out long visited, out int unassigned)
        {
            (output, visited, unassigned) = (new double[_query.Length], 0, 0);
            for (var batch = 0; batch < shape.Batch; batch++)
            for (var head = 0; head < shape.QueryHeads; head++)
            {
                var keyHead = head / shape.GroupSize;
                var answer = RoutedAttentionOracle.Attend(
                    Rows(_query, batch, shape.Queries, shape.QueryHeads, head), Rows(_key, batch, shape.Keys, shape.KeyHeads, keyHead),
                    Rows(_value, batch, shape.Keys, shape.KeyHeads, keyHead), Rows(_centroids, 0, clusters, shape.KeyHeads, keyHead),
                    declaration.Causal ? shape.Keys - shape.Queries : 0, declaration);
                if (answer.Margin < 1e-5) return false;
                for (var row = 0; row < shape.Queries; row++) answer.Output[row].CopyTo(output, ((batch * shape.Queries + row) * shape.QueryHeads + head) * HeadDim);
                visited += answer.Visited;
                unassigned += answer.Clusters.Count(count => count == 0);
            }

            return true;
        }

        public float[] Run(AttentionKernel kernel, Device device, out AttentionWork work)
        {
            using var query = new GuardedTensor(device, ElementType.Float32, shape.Batch, shape.Queries, shape.QueryHeads, HeadDim, 3);
            using var key = new GuardedTensor(device, ElementType.Float32, shape.Batch, shape.Keys, shape.KeyHeads, HeadDim, 3);
            using var value = new GuardedTensor(device, ElementType.Float32, shape.Batch, shape.Keys, shape.KeyHeads, HeadDim, 3);
            using var output = new GuardedTensor(device, ElementType.Float32, shape.Batch, shape.Queries, shape.QueryHeads, HeadDim, 3);
            using var centroids = new GuardedTensor(device, ElementType.Float32, 1, clusters, shape.KeyHeads, HeadDim);
            query.Write(_query);
            key.Write(_key);
            value.Write(_value);
            centroids.Write(_centroids);
            using var plan = kernel.Plan(device, shape with { Queries = shape.Queries + 5, Keys = shape.Keys + 7 });
            plan.RunRouted(query.Tensor, key.Tensor, value.Tensor, output.Tensor, centroids.Tensor);
            plan.RunRouted(query.Tensor, key.Tensor, value.Tensor, output.Tensor, centroids.Tensor);
            work = plan.Work;
            return output.Read("routed output");
        }

        private static double[][] Rows(float[] tensor, int batch, int tokens, int heads, int head) =>
            [.. Enumerable.Range(0, tokens).Select(token => Array.ConvertAll(
                tensor[(((batch * tokens + token) * heads + head) * HeadDim)..(((batch * tokens + token) * heads + head + 1) * HeadDim)], value => (double)value))];
    }
}
