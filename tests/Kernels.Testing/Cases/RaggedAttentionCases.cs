namespace Kernels.Testing;

/// <summary>Batches of sequences of unequal lengths, by name: their keys one after another, and in pages.</summary>
public static class RaggedAttentionCases
{
    private const ElementType BFloat16 = ElementType.BFloat16, Float16 = ElementType.Float16;

    private static readonly AttentionCase[] Packed =
    [
        Of("tiny", AttentionKernels.Causal8, Heads(2, 1, 8), (1, 1), (0, 3), (5, 9), (2, 2)) with { Gap = 3 },
        Of("around a block", AttentionKernels.Causal64, Heads(4, 2, 64), (1, 1), (31, 31), (32, 32), (33, 33), (0, 12), (70, 200)) with { Spare = 5 },
        Of("decode", AttentionKernels.Causal64, Heads(4, 1, 64), (1, 5), (1, 333), (0, 0), (3, 129), (1, 64)),
        Of("decode, splits", AttentionKernels.Causal128, Heads(2, 1, 128), (1, 4200), (1, 40), (2, 4097)),
        Of("prefill among decodes", AttentionKernels.Causal20, Heads(2, 2, 20), (1, 70), (100, 100), (1, 9), (2, 30), (40, 90)) with { Gap = 2 },
        Of("equal lengths", AttentionKernels.Causal20, Heads(2, 1, 20), (37, 50), (37, 50), (20, 50)),
        Of("full", AttentionKernels.Full64, Heads(2, 1, 64), (33, 100), (100, 33), (1, 65)),
        Of("bfloat16", AttentionKernels.Causal64, Heads(2, 1, 64, BFloat16), (70, 90), (1, 150), (33, 33)) with { Gap = 8 },
        Of("float16", AttentionKernels.Causal20, Heads(2, 1, 20, Float16) with { AllowPlainLanes = true }, (3, 70), (50, 60)) with { Gap = 1 },
        Of("masked", AttentionKernels.Checkered24, Heads(4, 2, 24), (60, 90), (5, 40), (1, 33)) with { Mask = (_, _, query, key) => AttentionKernels.Checkers(query, key), Spare = 3 },
        Of("masked by head", AttentionKernels.Windowed64, Heads(4, 2, 64), (110, 130), (1, 150), (40, 40)) with
        {
            Mask = AttentionKernels.Window, Score = (score, _, head, query, key) => score - 0.01 * (head + 1) * (query - key),
        },
        Of("anchor", AttentionKernels.Anchor64, Heads(2, 1, 64), (75, 290), (1, 301), (60, 60)) with { Spare = 7 },
    ];

    private static readonly AttentionCase[] Listed =
    [
        Of("blocks", AttentionKernels.Indexed20, Heads(4, 2, 20), (70, 300), (33, 33), (1, 1)) with { Listed = ListedIndex.OfBlocks(3, 4, 300, 300, 32, 16, Some) },
        Of("columns", AttentionKernels.Indexed20, Heads(2, 1, 20), (40, 90), (100, 100), (2, 70)) with { Listed = ListedIndex.OfColumns(1, 2, 100, 100, 64, Some) },
        Of("blocks, full", AttentionKernels.IndexedFull20, Heads(2, 1, 20), (60, 90), (1, 100)) with { Listed = ListedIndex.OfBlocks(2, 1, 60, 100, 32, 16, Some) },
        Of("pages, decode", AttentionKernels.Indexed20, Heads(4, 2, 20), (1, 333), (1, 20), (2, 3000)) with
        {
            Listed = ListedIndex.OfPages(3, 2, 3000, 16, (batch, head, page) => Some(batch, head, 0, page)),
        },
        Of("columns, decode", AttentionKernels.Indexed20, Heads(2, 1, 20, Float16) with { AllowPlainLanes = true }, (1, 4000), (1, 50)) with { Listed = ListedIndex.OfColumns(2, 2, 4000, 4000, 64, Some) },
        Of("columns, float16", AttentionKernels.Indexed64, Heads(2, 1, 64, Float16), (9, 70), (1, 50)) with { Listed = ListedIndex.OfColumns(2, 1, 70, 70, 32, Some) },
        Of("single rows", AttentionKernels.Indexed20, Heads(4, 2, 20), (40, 60), (7, 30), (0, 4)) with { Listed = ListedIndex.OfColumns(1, 2, 60, 60, 1, Some) },
    ];

    private static readonly AttentionCase[] Selected =
    [
        Of("pooled top", AttentionKernels.PooledTop20, Heads(2, 1, 20), (143, 143), (50, 177), (1, 40)),
        Of("pooled own", AttentionKernels.PooledOwn20, Heads(4, 2, 20), (9, 200), (1, 70), (0, 8)),
        Of("antidiagonal", AttentionKernels.Antidiagonal20, Heads(2, 1, 20), (61, 165), (150, 150)),
        Of("bounds, decode", AttentionKernels.Bounds20, Heads(4, 2, 20), (1, 333), (1, 90), (3, 150)),
        Of("vertical-slash", AttentionKernels.VerticalSlash20, Heads(2, 1, 20), (37, 120), (100, 100), (3, 7)),
        Of("flex", AttentionKernels.Flex20, Heads(2, 1, 20), (40, 100), (65, 65), (1, 9)),
        Of("kept by heads", AttentionKernels.KeptByHeads20, Heads(4, 2, 20), (50, 50), (3, 90), (0, 4), (1, 20)),
    ];

    /// <summary>Names of the cases whose keys lie one after another.</summary>
    public static IEnumerable<string> PackedNames => Packed.Concat(Listed).Concat(Selected).Select(item => item.Name);

    /// <summary>Names of those that GPUs run and whose kernels choose their own keys.</summary>
    public static IEnumerable<string> GpuNames => InBoth(Packed);

    /// <summary>Names of those that GPUs run over lists of keys, brought or selected.</summary>
    public static IEnumerable<string> ListedGpuNames => InBoth(Listed.Concat(Selected));

    /// <summary>Names among <see cref="GpuNames"/> for a portable device: whose kernels it has compiled for cases of equal lengths, and some in pages.</summary>
    public static IEnumerable<string> PortableNames => ["ragged, decode", "ragged, masked by head", "ragged, anchor", "ragged, tiny, paged", "ragged, anchor, paged"];

    /// <summary>Names among <see cref="ListedGpuNames"/> for a portable device: whose kernels it has compiled for cases of equal lengths, and some in pages.</summary>
    public static IEnumerable<string> PortableListedNames =>
    [
        "ragged, blocks", "ragged, columns", "ragged, pages, decode", "ragged, pooled top", "ragged, vertical-slash", "ragged, flex", "ragged, kept by heads",
        "ragged, blocks, paged", "ragged, pages, decode, paged", "ragged, antidiagonal, paged", "ragged, bounds, decode, paged", "ragged, flex, paged",
    ];

    /// <summary>Names among <see cref="GpuNames"/> small enough for the PTX interpreter.</summary>
    public static IEnumerable<string> SmallNames =>
        ["ragged, tiny", "ragged, decode", "ragged, bfloat16", "ragged, masked", "ragged, tiny, paged", "ragged, bfloat16, paged"];

    /// <summary>Names among <see cref="GpuNames"/> small enough for the simulator.</summary>
    public static IEnumerable<string> TinyNames => ["ragged, tiny, paged"];

    /// <summary>Names among <see cref="ListedGpuNames"/> small enough for the PTX interpreter.</summary>
    public static IEnumerable<string> SmallListedNames => ["ragged, single rows", "ragged, bounds, decode", "ragged, columns, float16, paged", "ragged, flex", "ragged, kept by heads, paged"];

    /// <summary>Names of the cases whose keys lie in pages.</summary>
    public static IEnumerable<string> PagedNames => PackedNames.Select(name => $"{name}, paged");

    /// <summary>Names of the cases whose visits can be counted: kernels that select nothing and keep scores as they are.</summary>
    public static IEnumerable<string> CountedNames => InBoth(Packed.Concat(Listed)
        .Where(item => item.Score is null && item.Kernel.Declaration.Pattern != AttentionPattern.Anchor));

    /// <summary>The case called <paramref name="name"/>.</summary>
    public static AttentionCase Named(string name)
    {
        var packed = Packed.Concat(Listed).Concat(Selected).Single(item => name == item.Name || name == $"{item.Name}, paged");
        return name == packed.Name ? packed : InPages(packed);
    }

    /// <summary>The same problem with its keys in pages: that hold the keys read at once, that are shorter, or of an odd length.</summary>
    public static AttentionCase InPages(AttentionCase packed) => packed with
    {
        Name = $"{packed.Name}, paged",
        Shape = packed.Shape with { Page = packed.Shape switch { { KeyType: not ElementType.Float32 } => 12, { HeadDim: 64 or 128 } => 64, { HeadDim: 20 } => 7, _ => 16 } },
    };

    private static IEnumerable<string> InBoth(IEnumerable<AttentionCase> cases) => cases.SelectMany(item => new[] { item.Name, $"{item.Name}, paged" });

    private static AttentionCase Of(string name, AttentionKernel kernel, AttentionShape heads, params (int Queries, int Keys)[] lengths) =>
        AttentionCase.Ragged($"ragged, {name}", kernel, heads, lengths);

    private static AttentionShape Heads(int queryHeads, int keyHeads, int headDim, ElementType type = ElementType.Float32) =>
        new(1, 1, 1, queryHeads, keyHeads, headDim, type, type);

    // One in two, scattered, differing by batch, head and group; some lists stay empty.
    private static bool Some(int batch, int head, int group, int id) =>
        (batch + group) % 5 != 4 && (uint)((id * 2654435761L + batch * 97 + head * 31 + group * 17) >> 7) % 2 == 0;
}
