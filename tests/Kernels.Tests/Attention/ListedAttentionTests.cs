using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Attention over lists of keys: those an index brings and those a kernel selects.</summary>
public sealed class ListedAttentionTests
{
    public static TheoryData<string, int> NamesAndWidths => CaseRuns.AtEveryWidth(ListedAttentionCases.Names);

    public static TheoryData<string> SelectedNames => [.. ListedAttentionCases.SelectedNames];

    public static TheoryData<string> BroughtNames => [.. ListedAttentionCases.BroughtNames];

    [Theory]
    [MemberData(nameof(NamesAndWidths))]
    public void Agrees_with_the_oracle_at_every_vector_width(string name, int vectorBits)
    {
        using var device = CpuDevice.Emulating(threads: 2, vectorBits);
        ListedAttentionCases.Named(name).Run(device);
    }

    [Theory]
    [MemberData(nameof(SelectedNames))]
    public void A_selection_had_as_an_index_is_the_oracles_and_runs_alike(string name)
    {
        using var device = new CpuDevice(threads: 2);
        var problem = ListedAttentionCases.Named(name);
        problem.SelectThenRun(device, problem.Kernel.Declaration.Causal ? AttentionKernels.Indexed20 : AttentionKernels.IndexedFull20);
    }

    [Theory]
    [MemberData(nameof(BroughtNames))]
    public void Every_listed_key_is_visited_once_and_no_other(string name)
    {
        using var device = new CpuDevice(threads: 2);
        VisitCount.AssertDeclared(ListedAttentionCases.Named(name), device);
    }

    [Fact]
    public void An_index_is_asked_for_and_must_fit()
    {
        using var device = new CpuDevice(threads: 1);
        using var plan = AttentionKernels.Indexed20.Plan(device, new AttentionShape(2, 40, 40, 4, 2, 20));
        using var buffer = device.Allocate(1 << 16);
        var (query, key) = (Tensor.Heads(buffer, ElementType.Float32, 2, 40, 4, 20), Tensor.Heads(buffer, ElementType.Float32, 2, 40, 2, 20));
        Assert.Contains("Pass an AttentionIndex", Assert.Throws<KernelException>(() => plan.Run(query, key, key, query)).Message);
        void Refused(string reason, AttentionIndex index) =>
            Assert.Contains(reason, Assert.Throws<KernelException>(() => plan.Run(query, key, key, query, index)).Message);
        Refused("3 sequences", new KeyPageIndex(3, 2, 40, 16, new int[7], []));
        Refused("3 heads", new KeyPageIndex(1, 3, 40, 16, new int[4], []));
        Refused("begins at position 0", new KeyColumnIndex(1, 1, 40, 40, 64, [0, 0], [], first: 1));
        Refused("reaches position 39", new KeyColumnIndex(1, 1, 39, 40, 64, [0, 0], []));
        Assert.Contains("only selecting kernels", Assert.Throws<KernelException>(() => plan.Select(query, key)).Message);

        using var dense = AttentionKernels.Causal20.Plan(device, plan.Shape);
        Assert.Contains("chooses its own keys", Assert.Throws<KernelException>(() => dense.Run(query, key, key, query, new KeyPageIndex(1, 1, 40, 16, [0, 0], []))).Message);
    }

    [Fact]
    public void Two_scopes_are_for_probabilities_and_need_a_key_each()
    {
        using var device = new CpuDevice(threads: 1);
        using var buffer = device.Allocate(1 << 16);
        var tensor = Tensor.Heads(buffer, ElementType.Float32, 1, 40, 1, 20);
        using var plan = AttentionKernels.Probabilities20.Plan(device, new AttentionShape(1, 40, 40, 1, 1, 20));
        foreach (var boundary in new[] { -1, 0, 40 })
            Assert.Contains($"a boundary of {boundary}", Assert.Throws<KernelException>(() => plan.Select(tensor, tensor, boundary)).Message);
        using var pooled = AttentionKernels.PooledTop20.Plan(device, plan.Shape);
        Assert.Contains("Select in one scope", Assert.Throws<KernelException>(() => pooled.Select(tensor, tensor, 20)).Message);
    }

    [Theory]
    [InlineData("pooled mass")]
    [InlineData("bounds, decode")]
    [InlineData("vertical-slash")]
    [InlineData("flex, tail")]
    [InlineData("kept by heads")]
    [InlineData("pages, splits")]
    public void Threads_change_no_bit_and_nothing_is_allocated(string name)
    {
        var problem = ListedAttentionCases.Named(name);
        using var alone = new CpuDevice(threads: 1);
        using var three = new CpuDevice(threads: 3);
        Assert.Equal(problem.RunUnchecked(alone, out var allocated), problem.RunUnchecked(three, out _));
        Assert.Equal(0, allocated);
    }
}
