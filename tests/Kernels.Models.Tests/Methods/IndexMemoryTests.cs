using System.Runtime.InteropServices;
using Kernels.Catalog;
using Kernels.Testing;
using Xunit;

namespace Kernels.Models.Tests;

/// <summary>
/// What the catalog's methods choose takes at most twice the bytes of the information in it: of every list its length and the ids it names, four bytes each,
/// or eight for a range that begins and ends anywhere.
/// </summary>
public sealed class IndexMemoryTests
{
    private const int Batch = 2, Heads = 4, KeyHeads = 2, IdBytes = 4, RangeBytes = 8;

    public static TheoryData<string, int, int> Runs
    {
        get
        {
            var runs = new TheoryData<string, int, int>();
            foreach (var entry in AttentionCatalog.All)
            {
                if (entry.Kernels.For(entry.Kernels.HeadDims[0]).Declaration.Pattern is not (AttentionPattern.Selected or AttentionPattern.Masked)) continue;
                runs.Add(entry.Name, 1, 4500);
                runs.Add(entry.Name, 700, 700);
                runs.Add(entry.Name, 300, 650);
            }

            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Indices_hold_little_beside_their_information(string method, int queries, int keys)
    {
        using var device = new CpuDevice(threads: 2);
        var family = AttentionCatalog.All.Single(entry => entry.Name == method).Kernels;
        var kernel = family.For(family.HeadDims[0]);
        var shape = new AttentionShape(Batch, queries, keys, Heads, KeyHeads, family.HeadDims[0]);
        var (held, information) = kernel.Declaration.Pattern == AttentionPattern.Masked ? OfMask(device, kernel, shape) : OfSelection(device, kernel, shape);
        Assert.InRange(held, 1, 2 * information);
    }

    private static (long Held, long Information) OfMask(CpuDevice device, AttentionKernel kernel, AttentionShape shape)
    {
        var map = BlockMap.Build(kernel.Declaration, device, shape);
        var information = 0L;
        for (var row = 0; row < map.QueryBlocks; row++) information += IdBytes * (1L + map.Row(0, 0, row).Length);
        return (map.ByteLength, information);
    }

    private static (long Held, long Information) OfSelection(CpuDevice device, AttentionKernel kernel, AttentionShape shape)
    {
        using var plan = kernel.Plan(device, shape);
        using var query = device.Allocate(4L * Batch * shape.Queries * Heads * shape.HeadDim);
        using var key = device.Allocate(4L * Batch * shape.Keys * KeyHeads * shape.HeadDim);
        query.CopyFrom(MemoryMarshal.AsBytes<float>(RandomValues.Normal(1, (int)(query.ByteLength / 4))));
        key.CopyFrom(MemoryMarshal.AsBytes<float>(RandomValues.Normal(2, (int)(key.ByteLength / 4))));
        var (q, k) = (Tensor.Heads(query, ElementType.Float32, Batch, shape.Queries, Heads, shape.HeadDim), Tensor.Heads(key, ElementType.Float32, Batch, shape.Keys, KeyHeads, shape.HeadDim));
        using var gate = kernel.Declaration.Selection!.IsGated ? new GateKeyCache(device, RandomGates.Make(3, kernel, shape, 16), Batch, shape.Keys) : null;
        var index = gate is null ? plan.Select(q, k) : plan.Select(q, k, gate);

        var information = 0L;
        var lists = 0;
        for (var batch = 0; batch < index.Batch; batch++)
        for (var head = 0; head < index.Heads; head++)
        for (var group = index.FirstGroup; group < index.FirstGroup + index.Groups; group++, lists++)
        {
            information += IdBytes * (1L + index.Columns(batch, head, group).Length);
            foreach (var range in index.Ranges(batch, head, group))
                information += index is KeyBlockIndex { Block: var block } ? IdBytes * ((range.Length - 1L) / block + 1) : RangeBytes;
        }

        var first = kernel.Declaration.Causal ? shape.Keys - shape.Queries : 0;
        Assert.Equal(Batch * index.Heads * ((first + shape.Queries - 1) / index.Rows - first / index.Rows + 1), lists);
        return (index.ByteLength, information);
    }
}
