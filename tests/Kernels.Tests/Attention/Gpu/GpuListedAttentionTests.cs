using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention.Gpu;

/// <summary>Attention over lists of keys on devices reached through ILGPU.</summary>
public sealed class GpuListedAttentionTests(SharedDevices devices) : IClassFixture<SharedDevices>
{
    public static TheoryData<string, string> Problems => CaseRuns.OnGpus(
        ListedAttentionCases.PortableNames, ListedAttentionCases.Names, ListedAttentionCases.SmallNames, ListedAttentionCases.TinyNames);

    public static TheoryData<string, string> Ragged => CaseRuns.OnGpus(
        RaggedAttentionCases.PortableListedNames, RaggedAttentionCases.ListedGpuNames, RaggedAttentionCases.SmallListedNames, []);

    [Theory]
    [MemberData(nameof(Problems))]
    public void Agrees_with_the_oracle(string device, string name) => ListedAttentionCases.Named(name).Run(devices[device]);

    [Theory]
    [MemberData(nameof(Ragged))]
    public void Sequences_of_unequal_lengths_agree_with_the_oracle(string device, string name) => RaggedAttentionCases.Named(name).Run(devices[device]);

    [Theory]
    [InlineData("blocks, tail")]
    [InlineData("ranges")]
    [InlineData("columns, chunk")]
    [InlineData("pages, decode")]
    public void Every_listed_key_is_visited_once_and_no_other(string name) =>
        VisitCount.AssertDeclared(ListedAttentionCases.Named(name), devices["opencl"]);

    [Theory]
    [InlineData("ragged, blocks")]
    [InlineData("ragged, blocks, paged")]
    [InlineData("ragged, columns, paged")]
    public void Every_listed_key_of_unequal_sequences_is_visited_once_and_no_other(string name) =>
        VisitCount.AssertDeclared(RaggedAttentionCases.Named(name), devices["opencl"]);

    [Theory]
    [InlineData("pooled similar")]
    [InlineData("pooled top, chunk")]
    [InlineData("bounds, many")]
    [InlineData("vertical-slash")]
    [InlineData("kept by heads")]
    [InlineData("flex, just over")]
    [InlineData("isolated")]
    [InlineData("isolated, first block")]
    public void A_selection_had_as_an_index_is_the_oracles_and_runs_alike(string name)
    {
        var problem = ListedAttentionCases.Named(name);
        problem.SelectThenRun(devices["opencl"], problem.Kernel.Declaration.Causal ? AttentionKernels.Indexed20 : AttentionKernels.IndexedFull20);
    }

    [Fact]
    public void Lists_that_do_not_fit_are_visited_in_parts()
    {
        // A list has up to 16 ranges and 20 columns; of a pair's five lists, some fit together.
        var problem = ListedAttentionCases.Named("ranges, chunk");
        var confined = new AttentionKernel(problem.Kernel.Declaration, new ConfinedIndexProgram(problem.Kernel, new IndexRoom.Capacity(2, 1, 1)));
        (problem with { Name = "ranges in parts", Kernel = confined, Shape = problem.Shape with { QueryType = ElementType.Float32, KeyType = ElementType.Float32 } })
            .Run(devices["opencl"]);
    }
}
