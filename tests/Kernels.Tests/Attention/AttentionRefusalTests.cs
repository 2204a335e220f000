using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Tensors and shapes that fit no plan: refused by name before anything is launched or written.</summary>
public sealed class AttentionRefusalTests
{
    [Theory]
    [InlineData(2, 4, 3, 4, 4, "value Float32[2, 3, 1, 8]", "key is [2, 4, …]")]
    [InlineData(2, 3, 4, 4, 4, "value Float32[2, 4, 1, 8]", "key is [2, 3, …]")]
    [InlineData(1, 4, 4, 4, 4, "value Float32[2, 4, 1, 8]", "key is [1, 4, …]")]
    [InlineData(2, 4, 4, 3, 4, "output Float32[2, 3, 2, 8]", "query is [2, 4, …]")]
    [InlineData(2, 4, 4, 4, 3, "logSumExp Float32[2, 3, 2, 1]", "query is [2, 4, …]")]
    [InlineData(2, 3, 3, 4, 4, "4 queries and 3 keys", "at least as many keys as queries")]
    [InlineData(2, 5, 5, 4, 4, "key Float32[2, 5, 1, 8]", "1 to 4 tokens")]
    [InlineData(2, 0, 0, 4, 4, "key Float32[2, 0, 1, 8]", "1 to 4 tokens")]
    public void Tensors_of_different_lengths_are_refused(int keyBatch, int keys, int values, int outputs, int logSumExps, string received, string limit)
    {
        using var device = new CpuDevice(threads: 1);
        using var plan = AttentionKernels.Causal8.Plan(device, new AttentionShape(2, 4, 4, 2, 1, 8));
        using var query = new GuardedTensor(device, ElementType.Float32, 2, 4, 2, 8);
        using var key = new GuardedTensor(device, ElementType.Float32, keyBatch, keys, 1, 8);
        using var value = new GuardedTensor(device, ElementType.Float32, 2, values, 1, 8);
        using var output = new GuardedTensor(device, ElementType.Float32, 2, outputs, 2, 8);
        using var logSumExp = new GuardedTensor(device, ElementType.Float32, 2, logSumExps, 2, 1);
        output.Write([.. Enumerable.Repeat(7f, 2 * outputs * 2 * 8)]);
        var error = Assert.Throws<KernelException>(() => plan.Run(query.Tensor, key.Tensor, value.Tensor, output.Tensor, logSumExp.Tensor));
        AssertNamesEverything(error, "AttentionKernels.Causal8", received, limit);
        Assert.All(output.Read("output"), element => Assert.Equal(7f, element));
    }

    [Theory]
    [InlineData(-1, 4, 4, 2, 1, "batch -1")]
    [InlineData(1, -4, 4, 2, 1, "queries -4")]
    [InlineData(1, 4, -4, 2, 1, "keys -4")]
    [InlineData(1, 4, 4, 5, 2, "5 query heads do not divide evenly among 2 key heads")]
    [InlineData(1, 4, 4, 4, -2, "4 query heads do not divide evenly among -2 key heads")]
    public void Impossible_shapes_are_refused_when_planned(int batch, int queries, int keys, int queryHeads, int keyHeads, string limit)
    {
        using var device = new CpuDevice(threads: 1);
        var error = Assert.Throws<KernelException>(() => AttentionKernels.Causal8.Plan(device, new AttentionShape(batch, queries, keys, queryHeads, keyHeads, 8)));
        AssertNamesEverything(error, "AttentionKernels.Causal8", "AttentionShape", limit);
    }

    [Fact]
    public void Masks_that_throw_or_admit_nothing_are_refused_when_planned()
    {
        using var device = new CpuDevice(threads: 1);
        var shape = new AttentionShape(1, 40, 40, 1, 1, 8);
        AssertNamesEverything(Assert.Throws<KernelException>(() => DrawnMasks.Throwing.Plan(device, shape)), "DrawnMasks.Throwing", "DivideByZeroException", "every query and key below 40");
        AssertNamesEverything(Assert.Throws<KernelException>(() => DrawnMasks.Nothing.Plan(device, shape)), "DrawnMasks.Nothing", "admits no pair", "some query below 40");
    }

    private static void AssertNamesEverything(KernelException error, string kernel, string received, string limit)
    {
        Assert.Equal((kernel, "cpu"), (error.Kernel, error.Device));
        Assert.Contains(received, error.Received);
        Assert.Contains(limit, error.Limit);
        Assert.EndsWith(".", error.Remedy);
        Assert.Equal($"{kernel} on cpu: received {error.Received}, but {error.Limit}. {error.Remedy}", error.Message);
    }
}
