using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Attention within the clusters of centroids.</summary>
public sealed class RoutedAttentionTests(SharedDevices devices) : IClassFixture<SharedDevices>
{
    private const int HeadDim = 20;

    public static TheoryData<string> Names => [.. RoutedAttentionCases.Names];

    public static TheoryData<string, string> GpuProblems => CaseRuns.OnGpus(
        RoutedAttentionCases.PortableNames, RoutedAttentionCases.Names, RoutedAttentionCases.SmallNames, RoutedAttentionCases.TinyNames);

    [Theory]
    [MemberData(nameof(Names))]
    public void Agrees_with_the_oracle(string name)
    {
        using var two = new CpuDevice(threads: 2);
        using var one = new CpuDevice(threads: 1);
        var problem = RoutedAttentionCases.Named(name);
        problem.Run(two);
        Assert.Equal(problem.RunUnchecked(two, out _), problem.RunUnchecked(one, out _));
    }

    [Theory]
    [MemberData(nameof(GpuProblems))]
    public void Agrees_with_the_oracle_on_gpus(string device, string name) => RoutedAttentionCases.Named(name).Run(devices[device]);

    [Fact]
    public void Some_of_the_rows_compared_are_in_no_cluster()
    {
        using var device = new CpuDevice(threads: 1);
        Assert.Contains(RoutedAttentionCases.Named("routed, chunk").RunUnchecked(device, out _).Chunk(HeadDim), row => row.All(channel => channel == 0));
    }

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
}
