using ILGPU;
using ILGPU.Runtime.CPU;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

public sealed class GpuAttentionTests(SharedDevices devices) : IClassFixture<SharedDevices>
{
    public static TheoryData<string, string> Problems => CaseRuns.OnGpus(
        AttentionCases.PortableNames, AttentionCases.Names, AttentionCases.Names, AttentionCases.TinyNames);

    public static TheoryData<string, string> Ragged => CaseRuns.OnGpus(
        RaggedAttentionCases.PortableNames, RaggedAttentionCases.GpuNames, RaggedAttentionCases.SmallNames, RaggedAttentionCases.TinyNames);

    public static TheoryData<string, string> Counted => CaseRuns.OnGpus(
        RaggedAttentionCases.TinyNames, RaggedAttentionCases.CountedNames, [.. RaggedAttentionCases.TinyNames, "ragged, single rows, paged"], RaggedAttentionCases.TinyNames);

    [Theory]
    [MemberData(nameof(Problems))]
    public void Agrees_with_the_oracle(string device, string name) => AttentionCases.Named(name).Run(devices[device]);

    [Theory]
    [MemberData(nameof(Ragged))]
    public void Sequences_of_unequal_lengths_agree_with_the_oracle(string device, string name) => RaggedAttentionCases.Named(name).Run(devices[device]);

    [Theory]
    [InlineData("decode")]
    [InlineData("masked by head")]
    [InlineData("anchor, chunk")]
    public void A_plan_knows_its_workspace_and_gives_it_back(string name)
    {
        var device = devices["opencl"];
        var held = device.AllocatedBytes;
        var problem = AttentionCases.Named(name);
        using (var plan = problem.Kernel.Plan(device, problem.Shape with { Page = 5 })) Assert.Equal(held + plan.WorkspaceBytes, device.AllocatedBytes);
        Assert.Equal(held, device.AllocatedBytes);
    }

    [Theory]
    [MemberData(nameof(Counted))]
    public void Every_declared_key_is_visited_once_and_no_other(string device, string name) =>
        VisitCount.AssertDeclared(RaggedAttentionCases.Named(name), devices[device]);

    [Fact]
    public void A_page_that_does_not_exist_is_refused_before_anything_runs()
    {
        var device = devices["simulator"];
        using var plan = AttentionKernels.Causal8.Plan(device, new AttentionShape(2, 2, 6, 2, 1, 8) { Page = 4 });
        using var buffer = device.Allocate(4096);
        var (query, pages) = (Tensor.Heads(buffer, ElementType.Float32, 1, 2, 2, 8), Tensor.Heads(buffer, ElementType.Float32, 4, 4, 1, 8));
        var error = Assert.Throws<KernelException>(() =>
            plan.Run(new AttentionRun(query, pages, pages, query) { Sequences = RaggedBatch.Paged([0, 1, 2], [2, 5], [0, 3, -1, 2]) }));
        Assert.Contains("page -1 of sequence 1", error.Message);
    }

    [Fact]
    public void A_device_of_small_groups_is_refused_before_anything_is_reserved()
    {
        var context = Context.Create(builder => builder.CPU(new CPUDevice(numThreadsPerWarp: 4, numWarpsPerMultiprocessor: 8, numMultiprocessors: 1)));
        using var device = new IlgpuDevice(DeviceKind.Simulator, GpuLowering.OpenCL, context, context.CreateCPUAccelerator(0), "small groups");
        var error = Assert.Throws<KernelException>(() => AttentionKernels.Causal64.Plan(device, new AttentionShape(1, 100, 100, 1, 1, 64)));
        Assert.Contains("groups of 256 threads and simulator has at most 32", error.Message);
        Assert.Equal(0, device.PeakAllocatedBytes);
    }

    [Fact]
    public void More_heads_and_pages_than_a_launch_can_number_are_refused()
    {
        var support = AttentionKernels.Causal8.Supports(devices["simulator"], new AttentionShape(4096, 1, 1, 16, 16, 8));
        Assert.Contains("more than the 65535", support.Reason);
        var inPages = AttentionKernels.Causal8.Supports(devices["simulator"], new AttentionShape(8, 1, 1 << 30, 1, 1, 8) { Page = 7 });
        Assert.Contains("in pages of 7 needs more than the 1073741824 pages", inPages.Reason);
    }
}
