using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Sequences of unequal lengths in one run, their keys one after another or in pages.</summary>
public sealed class RaggedAttentionTests
{
    public static TheoryData<string, int> NamesAndWidths()
    {
        var data = new TheoryData<string, int>();
        foreach (var name in RaggedAttentionCases.PackedNames)
        {
            data.Add(name, 512);
            data.Add(name, 128);
        }

        foreach (var name in RaggedAttentionCases.PagedNames) data.Add(name, 256);
        return data;
    }

    public static TheoryData<string> CountedNames => [.. RaggedAttentionCases.CountedNames];

    [Theory]
    [MemberData(nameof(NamesAndWidths))]
    public void Agrees_with_the_oracle_whatever_the_vector_width(string name, int vectorBits)
    {
        using var device = CpuDevice.Emulating(threads: 2, vectorBits);
        RaggedAttentionCases.Named(name).Run(device);
    }

    [Theory]
    [MemberData(nameof(CountedNames))]
    public void Every_declared_key_is_visited_once_and_no_other(string name)
    {
        using var device = new CpuDevice(threads: 2);
        VisitCount.AssertDeclared(RaggedAttentionCases.Named(name), device);
    }

    [Theory]
    [InlineData("ragged, decode, splits, paged")]
    [InlineData("ragged, prefill among decodes")]
    [InlineData("ragged, pages, decode, paged")]
    [InlineData("ragged, bounds, decode, paged")]
    public void Threads_change_no_bit_and_nothing_is_allocated(string name)
    {
        var problem = RaggedAttentionCases.Named(name);
        using var alone = new CpuDevice(threads: 1);
        using var three = new CpuDevice(threads: 3);
        Assert.Equal(problem.RunUnchecked(alone, out var allocated), problem.RunUnchecked(three, out _));
        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData(new[] { 0, 3, 2 }, new[] { 0, 4, 8 }, "query offset 2 after 3, which gives sequence 1 a negative length", "Let offsets never descend")]
    [InlineData(new[] { 0, 1, 2 }, new[] { 0, 9, 8 }, "key offset 8 after 9", "a sequence has 0 tokens or more")]
    [InlineData(new[] { 1, 1, 2 }, new[] { 0, 4, 8 }, "a first query offset of 1", "Begin with 0")]
    [InlineData(new[] { 0, 1, 3 }, new[] { 0, 4, 8 }, "query offsets end at 3", "Let the last offset be the tensor's tokens")]
    [InlineData(new[] { 0, 1, 2 }, new[] { 0, 4, 7 }, "key offsets end at 7", "Let the last offset be the tensor's tokens")]
    [InlineData(new[] { 0, 1, 2 }, new[] { 0, 8 }, "2 key offsets", "2 sequences have 3")]
    [InlineData(new[] { 0, 1, 1, 1, 2 }, new[] { 0, 2, 4, 6, 8 }, "5 query offsets", "1 to 3 sequences")]
    [InlineData(new int[0], new[] { 0, 8 }, "0 query offsets", "1 to 3 sequences")]
    [InlineData(new[] { 0, 2, 2 }, new[] { 0, 1, 8 }, "2 queries and 1 keys of sequence 0", "at least as many keys as queries")]
    [InlineData(new[] { 0, 1, 2 }, new[] { 0, 1, 8 }, "1 queries and 7 keys of sequence 1", "0 to 2 queries and 0 to 6 keys")]
    public void Malformed_offsets_are_refused_before_anything_runs(int[] queryOffsets, int[] keyOffsets, string received, string limit)
    {
        using var device = new CpuDevice(threads: 1);
        using var plan = AttentionKernels.Causal8.Plan(device, new AttentionShape(3, 2, 6, 2, 1, 8));
        using var buffer = device.Allocate(4096);
        var query = Tensor.Heads(buffer, ElementType.Float32, 1, 2, 2, 8);
        var key = Tensor.Heads(buffer, ElementType.Float32, 1, 8, 1, 8);
        AssertRefused(plan, query, key, queryOffsets, keyOffsets, null, received, limit);
    }

    [Theory]
    [InlineData(new[] { 5, 5 }, new[] { 0, 4, 1, -1 }, "page 4 of sequence 0", "pages 0 to 3")]
    [InlineData(new[] { 2, 5 }, new[] { 0, 3, -1, 2 }, "page -1 of sequence 1", "List only pages that exist")]
    [InlineData(new[] { 2, 5 }, new[] { 0, 1 }, "1 pages of sequence 1", "its 5 keys need 2 of 4")]
    [InlineData(new[] { 2, 5 }, new[] { 0, 1, 2 }, "a page table of 3 entries", "Pad its rows to the longest")]
    [InlineData(new[] { 2, 7 }, new[] { 0, 1, 2, 3 }, "1 queries and 7 keys of sequence 1", "0 to 6 keys")]
    [InlineData(new[] { -1, 5 }, new[] { 0, 1, 2, 3 }, "1 queries and -1 keys of sequence 0", "0 to 6 keys")]
    [InlineData(new[] { 2 }, new[] { 0, 1, 2, 3 }, "1 key lengths", "there are 2 sequences")]
    public void Malformed_page_tables_are_refused_before_anything_runs(int[] keyLengths, int[] table, string received, string limit)
    {
        using var device = new CpuDevice(threads: 1);
        using var plan = AttentionKernels.Causal8.Plan(device, new AttentionShape(3, 2, 6, 2, 1, 8) { Page = 4 });
        using var buffer = device.Allocate(4096);
        var query = Tensor.Heads(buffer, ElementType.Float32, 1, 2, 2, 8);
        var pages = Tensor.Heads(buffer, ElementType.Float32, 4, 4, 1, 8);
        AssertRefused(plan, query, pages, [0, 1, 2], keyLengths, table, received, limit);
    }

    [Fact]
    public void Plans_and_runs_must_agree_on_pages()
    {
        using var device = new CpuDevice(threads: 1);
        using var buffer = device.Allocate(4096);
        var query = Tensor.Heads(buffer, ElementType.Float32, 1, 2, 2, 8);
        var pages = Tensor.Heads(buffer, ElementType.Float32, 4, 4, 1, 8);
        using var packed = AttentionKernels.Causal8.Plan(device, new AttentionShape(3, 2, 6, 2, 1, 8));
        AssertRefused(packed, query, pages, [0, 1, 2], [2, 5], [0, 1, 2, 3], "a page table", "Set Page of the plan's shape");
        using var paged = AttentionKernels.Causal8.Plan(device, packed.Shape with { Page = 8 });
        AssertRefused(paged, query, pages, [0, 1, 2], [2, 5], [0, 1], "Float32[4, 4, 1, 8]", "the plan holds pages of 8 keys");
        AssertRefused(paged, query, Tensor.Heads(buffer, ElementType.Float32, 1, 8, 1, 8), [0, 1, 2], [0, 4, 8], null, "no page table", "pages of 8 keys");
        Assert.Contains("without a page table", Assert.Throws<KernelException>(() => paged.Run(query, pages, pages, query)).Message);
        Assert.Contains("pages of -1 keys", Assert.Throws<KernelException>(() => AttentionKernels.Causal8.Plan(device, paged.Shape with { Page = -1 })).Message);
    }

    private static void AssertRefused(
        AttentionPlan plan, Tensor query, Tensor key, int[] queryOffsets, int[] keys, int[]? table, string received, string limit)
    {
        var error = Assert.Throws<KernelException>(() => plan.Run(new AttentionRun(query, key, key, query)
        {
            Sequences = table is null ? RaggedBatch.Packed(queryOffsets, keys) : RaggedBatch.Paged(queryOffsets, keys, table),
        }));
        Assert.Contains(received, error.Message);
        Assert.Contains(limit, error.Message);
        Assert.Equal((plan.Declaration.Name, plan.Device.Name), (error.Kernel, error.Device));
    }
}
