namespace Kernels.Gpu.Rows;

/// <summary>Causal attention of one sequence in 16 bits.</summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Kernel">What attends.</param>
/// <param name="Tokens">Queries and keys.</param>
/// <param name="Heads">Query and key heads.</param>
/// <param name="Channels">Channels of a head.</param>
/// <param name="Index">Makes the index to bring; null where the kernel chooses its keys.</param>
/// <param name="Block">Rows and keys of an index's block, for the peers.</param>
internal sealed record AttentionRow(
    string Name, AttentionKernel Kernel, int Tokens, int Heads, int Channels, Func<AttentionShape, KeyBlockIndex>? Index, int Block,
    params RowTarget[] Targets) : GpuRow(Name, RowLimit.Compute, Targets)
{
    private const ElementType Type = ElementType.Float16;

    /// <summary>Keys of a page of the cache, whose pages lie in any order; 0 where keys lie one after another.</summary>
    public int Page { get; init; }

    // One key in ten shares a direction with every query, so that nine tenths are left out.
    private const int StripeOneIn = 10;

    public override string Description => $"causal, {Tokens} tokens, {Heads} heads of {Channels} channels, {Type}{(Page == 0 ? "" : $", pages of {Page} keys")}";

    public override IReadOnlyDictionary<string, object> Shape => new Dictionary<string, object>
    {
        ["kind"] = "attention", ["tokens"] = Tokens, ["heads"] = Heads, ["channels"] = Channels, ["block"] = Index is null ? 0 : Block,
    };

    protected override PreparedRow Prepare(Device device)
    {
        var shape = new AttentionShape(1, Tokens, Tokens, Heads, Heads, Channels, Type, Type) { Page = Page };
        var plan = Kernel.Plan(device, shape);
        var prepared = new PreparedRow { Run = _ => { } };
        prepared.Keep(plan);
        try
        {
            var (query, key, value, output) = (
                Heads4(prepared, device, 1, 1), Heads4(prepared, device, 2, StripeOneIn), Heads4(prepared, device, 3, 0), Heads4(prepared, device, 4, 0));
            var index = Index?.Invoke(shape);
            prepared.Run = Page > 0 ? InPages(plan, query, key, value, output)
                : index is null ? _ => plan.Run(query, key, value, output) : _ => plan.Run(query, key, value, output, index);
            prepared.Operations = () => 4.0 * Channels * plan.Work.Visited;
            prepared.Bytes = 4.0 * query.Buffer.ByteLength;
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    // The order is that of a multiplication by an odd number modulo a power of two.
    private Action<int> InPages(AttentionPlan plan, Tensor query, Tensor key, Tensor value, Tensor output)
    {
        var pages = Tokens / Page;
        var table = Enumerable.Range(0, pages).Select(page => (int)(page * 2_654_435_761L & pages - 1)).ToArray();
        Tensor Cut(Tensor tensor) => Tensor.Heads(tensor.Buffer, Type, pages, Page, Heads, Channels);
        int[] offsets = [0, Tokens], lengths = [Tokens];
        return _ => plan.Run(new AttentionRun(query, Cut(key), Cut(value), output) { Sequences = RaggedBatch.Paged(offsets, lengths, table) });
    }

    private Tensor Heads4(PreparedRow prepared, Device device, int seed, int stripeOneIn)
    {
        var data = RandomData.Normal((long)Tokens * Heads * Channels, Type, seed);
        // Every head's vectors of a token share its stripe; the product of two planted vectors, scaled, is a score of 20.
        if (stripeOneIn > 0) RandomData.Plant(data, Type, Heads * Channels, stripeOneIn, (float)Math.Sqrt(20 / Math.Sqrt(Channels)));
        var buffer = prepared.Keep(device.Allocate(data.LongLength));
        buffer.CopyFrom(data);
        return Tensor.Heads(buffer, Type, 1, Tokens, Heads, Channels);
    }
}
