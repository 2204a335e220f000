namespace Kernels.Testing;

/// <summary>Attention over lists of keys, brought or selected, by name.</summary>
public static class ListedAttentionCases
{
    private const ElementType BFloat16 = ElementType.BFloat16, Float16 = ElementType.Float16;

    private static readonly AttentionCase[] Brought =
    [
        Of("blocks, one token", AttentionKernels.Indexed20, new(1, 1, 1, 1, 1, 20), s => ListedIndex.OfBlocks(1, 1, 1, 1, 16, 16, Some(3))),
        Of("blocks, just short", AttentionKernels.Indexed20, new(1, 31, 31, 2, 1, 20), s => ListedIndex.OfBlocks(1, 2, 31, 31, 32, 32, Some(3))),
        Of("blocks, just full", AttentionKernels.Indexed20, new(1, 32, 32, 2, 1, 20), s => ListedIndex.OfBlocks(1, 1, 32, 32, 32, 32, Some(2))),
        Of("blocks, just over", AttentionKernels.Indexed20, new(2, 33, 33, 2, 1, 20), s => ListedIndex.OfBlocks(2, 2, 33, 33, 32, 32, Some(2))),
        Of("blocks, tail", AttentionKernels.Indexed20, new(2, 200, 200, 4, 2, 20), s => ListedIndex.OfBlocks(2, 4, 200, 200, 32, 16, Some(2))),
        Of("blocks, chunk", AttentionKernels.Indexed20, new(1, 70, 300, 4, 2, 20), s => ListedIndex.OfBlocks(1, 2, 300, 300, 48, 40, Some(2))),
        Of("blocks, full", AttentionKernels.IndexedFull20, new(1, 150, 90, 2, 2, 20), s => ListedIndex.OfBlocks(1, 2, 150, 90, 32, 16, Some(2))),
        Of("blocks, long groups", AttentionKernels.Indexed20, new(1, 900, 900, 2, 1, 20), s => ListedIndex.OfBlocks(1, 1, 900, 900, 500, 16, Some(4))),
        Of("blocks, bfloat16", AttentionKernels.Indexed20, new(1, 100, 120, 2, 1, 20, BFloat16, BFloat16) { AllowPlainLanes = true }, s => ListedIndex.OfBlocks(1, 2, 120, 120, 32, 16, Some(2))),
        Of("blocks, partial", AttentionKernels.IndexedOdd32, new(1, 130, 130, 2, 1, 32), s => ListedIndex.OfBlocks(1, 2, 130, 130, 32, 16, Some(2), (_, _) => true)) with
        {
            Mask = (_, _, query, key) => AttentionKernels.IsOdd(query, key),
        },
        Of("columns", AttentionKernels.Indexed20, new(2, 200, 200, 4, 2, 20), s => ListedIndex.OfColumns(2, 2, 200, 200, 64, Some(3))),
        Of("columns, chunk", AttentionKernels.Indexed20, new(1, 70, 300, 2, 1, 20), s => ListedIndex.OfColumns(1, 2, 300, 300, 96, Some(4))),
        Of("columns, many", AttentionKernels.Indexed20, new(1, 40, 1000, 2, 1, 20), s => ListedIndex.OfColumns(1, 1, 1000, 1000, 200, Some(2))),
        Of("columns, full", AttentionKernels.IndexedFull20, new(1, 40, 100, 2, 1, 20), s => ListedIndex.OfColumns(1, 1, 40, 100, 16, Some(3))),
        Of("ranges", AttentionKernels.Indexed20, new(2, 200, 200, 4, 2, 20), s => ListedIndex.OfRanges(2, 4, 200, 200, 64, Runs)),
        Of("ranges, chunk", AttentionKernels.Indexed20, new(1, 70, 300, 2, 1, 20, Float16, Float16) { AllowPlainLanes = true }, s => ListedIndex.OfRanges(1, 1, 300, 300, 48, Runs)),
        Of("pages, decode", AttentionKernels.Indexed20, new(2, 1, 333, 4, 2, 20), s => ListedIndex.OfPages(2, 2, 333, 16, (b, h, page) => Some(3)(b, h, 0, page))),
        Of("pages, three tokens", AttentionKernels.Indexed20, new(1, 3, 333, 4, 2, 20, ElementType.Float32, BFloat16), s => ListedIndex.OfPages(1, 4, 333, 16, (b, h, page) => Some(2)(b, h, 0, page))),
        Of("pages, splits", AttentionKernels.Indexed20, new(1, 1, 5000, 2, 1, 20), s => ListedIndex.OfPages(1, 1, 5000, 16, (b, h, page) => page % 3 != 1)),
        Of("ranges, decode", AttentionKernels.Indexed20, new(1, 2, 3000, 2, 1, 20), s => ListedIndex.OfRanges(1, 2, 3000, 3000, 64, Runs)),
        Of("columns, decode", AttentionKernels.Indexed20, new(1, 1, 4000, 2, 1, 20, ElementType.Float32, Float16), s => ListedIndex.OfColumns(1, 2, 4000, 4000, 64, Some(2))),
        Of("blocks, float16", AttentionKernels.Indexed64, new(2, 75, 130, 4, 2, 64, Float16, Float16), s => ListedIndex.OfBlocks(2, 2, 130, 130, 48, 16, Some(2))),
        Of("blocks, partial, bfloat16", AttentionKernels.IndexedOdd32, new(1, 70, 90, 2, 1, 32, BFloat16, BFloat16), s => ListedIndex.OfBlocks(1, 2, 90, 90, 32, 16, Some(2), (_, block) => block % 2 == 0)) with
        {
            Mask = (_, _, query, key) => key / 16 % 2 != 0 || AttentionKernels.IsOdd(query, key),
        },
        Of("columns, bfloat16", AttentionKernels.Indexed64, new(1, 40, 150, 2, 1, 64, BFloat16, BFloat16), s => ListedIndex.OfColumns(1, 1, 150, 150, 32, Some(2))),
        Of("ranges, float16", AttentionKernels.Indexed64, new(1, 60, 150, 2, 1, 64, Float16, Float16), s => ListedIndex.OfRanges(1, 2, 150, 150, 32, Runs)),
        Of("pages, float16, decode", AttentionKernels.Indexed64, new(2, 1, 700, 8, 2, 64, Float16, Float16), s => ListedIndex.OfPages(2, 2, 700, 16, (b, h, page) => Some(2)(b, h, 0, page))),
        Of("ranges, bfloat16, decode", AttentionKernels.Indexed64, new(1, 2, 600, 4, 1, 64, BFloat16, BFloat16), s => ListedIndex.OfRanges(1, 1, 600, 600, 64, Runs)),
        Of("blocks, chunk of their own", AttentionKernels.Indexed20, new(1, 70, 300, 4, 2, 20), s => ListedIndex.OfBlocks(1, 2, 300, 300, 48, 40, Some(2), first: 230)),
        Of("columns, token of their own", AttentionKernels.Indexed20, new(2, 1, 300, 4, 2, 20), s => ListedIndex.OfColumns(1, 2, 300, 300, 1, Some(2), first: 299)),
        Of("ranges, tokens of their own", AttentionKernels.Indexed20, new(1, 3, 300, 4, 2, 20), s => ListedIndex.OfRanges(1, 4, 300, 300, 2, Runs, first: 297)),
        Of("pages, groups of five", AttentionKernels.Indexed20, new(1, 2, 700, 10, 2, 20), s => ListedIndex.OfPages(1, 2, 700, 16, (b, h, page) => Some(3)(b, h, 0, page))),
        Of("single rows", AttentionKernels.Indexed20, new(1, 40, 60, 4, 2, 20), s => ListedIndex.OfColumns(1, 2, 60, 60, 1, Some(3))),
    ];

    private static readonly AttentionCase[] Selected =
    [
        new("pooled, one token", AttentionKernels.PooledTop20, new(1, 1, 1, 1, 1, 20)),
        new("pooled top", AttentionKernels.PooledTop20, new(2, 143, 143, 2, 1, 20)) { Gap = 3, Spare = 9 },
        new("pooled top, chunk", AttentionKernels.PooledTop20, new(1, 50, 177, 4, 2, 20)) { Spare = 40 },
        new("pooled mass", AttentionKernels.PooledMass20, new(1, 161, 161, 4, 2, 20)),
        new("pooled similar", AttentionKernels.PooledSimilar20, new(1, 200, 200, 4, 2, 20)) { Spare = 6 },
        new("pooled any, bfloat16", AttentionKernels.PooledAny20, new(1, 150, 190, 4, 2, 20, BFloat16, BFloat16) { AllowPlainLanes = true }),
        new("pooled own", AttentionKernels.PooledOwn20, new(1, 9, 200, 4, 2, 20)) { Spare = 3 },
        new("antidiagonal", AttentionKernels.Antidiagonal20, new(1, 150, 150, 2, 1, 20)),
        new("antidiagonal, chunk", AttentionKernels.Antidiagonal20, new(2, 61, 165, 2, 2, 20)) { Spare = 30, Gap = 1 },
        new("probabilities", AttentionKernels.Probabilities20, new(1, 100, 130, 2, 1, 20)),
        new("bounds, decode", AttentionKernels.Bounds20, new(2, 1, 333, 4, 2, 20)) { Spare = 20 },
        new("bounds, groups of five", AttentionKernels.Bounds20, new(1, 1, 333, 10, 2, 20)) { Spare = 20 },
        new("bounds, few", AttentionKernels.Bounds20, new(1, 3, 150, 4, 2, 20, ElementType.Float32, Float16)),
        new("bounds, many", AttentionKernels.Bounds20, new(1, 12, 90, 2, 1, 20)),
        new("vertical-slash", AttentionKernels.VerticalSlash20, new(1, 150, 150, 4, 2, 20)) { Spare = 5 },
        new("vertical-slash, chunk", AttentionKernels.VerticalSlash20, new(2, 37, 120, 2, 1, 20)) { Gap = 2 },
        new("bounds near the largest", AttentionKernels.BoundsNear20, new(1, 2, 300, 4, 2, 20)),
        new("flex, one token", AttentionKernels.Flex20, new(1, 1, 1, 1, 1, 20)),
        new("flex, dense", AttentionKernels.Flex20, new(1, 64, 64, 2, 1, 20)),
        new("flex, just over", AttentionKernels.Flex20, new(1, 65, 65, 2, 1, 20)) { Spare = 3 },
        new("flex, tail", AttentionKernels.Flex20, new(2, 143, 143, 4, 2, 20)) { Spare = 40, Gap = 1 },
        new("flex columns", AttentionKernels.FlexColumns20, new(1, 161, 161, 4, 2, 20, BFloat16, BFloat16) { AllowPlainLanes = true }),
        new("flex columns, chunk", AttentionKernels.FlexColumns20, new(1, 70, 233, 4, 2, 20)) { Spare = 9 },
        new("flex means", AttentionKernels.FlexMeans20, new(1, 160, 160, 4, 2, 20)),
        new("flex means, chunk", AttentionKernels.FlexMeans20, new(2, 45, 201, 2, 1, 20)),
        new("kept, one token", AttentionKernels.Kept20, new(1, 1, 1, 1, 1, 20)),
        new("kept, all", AttentionKernels.Kept20, new(1, 40, 40, 2, 1, 20)),
        new("kept, one less", AttentionKernels.Kept20, new(1, 41, 41, 2, 1, 20)) { Spare = 2 },
        new("kept", AttentionKernels.Kept20, new(2, 130, 130, 4, 2, 20)) { Gap = 1 },
        new("kept, few rows", AttentionKernels.Kept20, new(1, 3, 150, 4, 2, 20, ElementType.Float32, BFloat16)) { Spare = 7 },
        new("kept by heads", AttentionKernels.KeptByHeads20, new(2, 33, 170, 6, 3, 20)),
        new("kept by heads, crowded", AttentionKernels.KeptByHeads20, new(1, 45, 45, 8, 4, 20)),
        new("vertical-slash, short", AttentionKernels.VerticalSlash20, new(1, 3, 7, 2, 1, 20)),
    ];

    private static readonly AttentionCase[] Isolated =
    [
        new("isolated", AttentionKernels.Probabilities20, new(1, 150, 150, 2, 1, 20)) { Boundary = 70 },
        new("isolated, first block", AttentionKernels.Probabilities20, new(2, 100, 100, 2, 2, 20)) { Boundary = 3 },
        new("isolated, last block", AttentionKernels.Probabilities20, new(1, 97, 97, 4, 2, 20)) { Boundary = 96 },
    ];

    // Tiles of one group of simulated threads, or of the interpreter's.
    private static readonly string[] Tiny = ["blocks, one token", "blocks, just over", "pooled, one token"];

    private static readonly string[] Small =
    [
        .. Tiny, "single rows", "blocks, chunk", "blocks, partial", "columns, full", "ranges, chunk", "pages, three tokens", "columns, decode", "blocks, float16", "blocks, partial, bfloat16",
        "columns, bfloat16", "ranges, float16", "pages, float16, decode", "ranges, bfloat16, decode",
        "pooled top, chunk", "pooled mass", "pooled similar", "pooled own", "pooled any, bfloat16", "antidiagonal, chunk", "probabilities", "bounds, decode", "bounds, few", "bounds near the largest",
        "vertical-slash, chunk", "vertical-slash, short", "kept, one less", "kept by heads, crowded",
        "flex, one token", "flex, dense", "flex, just over", "flex columns, chunk", "flex means, chunk",
    ];

    /// <summary>Names of all cases.</summary>
    public static IEnumerable<string> Names => Brought.Concat(Selected).Select(item => item.Name);

    /// <summary>Names of the cases whose kernels select for themselves.</summary>
    public static IEnumerable<string> SelectedNames => Selected.Concat(Isolated).Select(item => item.Name);

    /// <summary>Names of the cases that bring an index.</summary>
    public static IEnumerable<string> BroughtNames => Brought.Select(item => item.Name);

    /// <summary>Names of cases for a portable device, which compiles kernels slowly: of storage types and masks some, each of which is a compile of its own.</summary>
    public static IEnumerable<string> PortableNames => Brought.Concat(Selected).Where(IsForAll)
        .Where(item => item.Mask is null && (item.Shape.KeyType == ElementType.Float32 || item.Name is "columns, decode" or "bounds, few")).Select(item => item.Name);

    /// <summary>Names of cases small enough for the simulator.</summary>
    public static IEnumerable<string> TinyNames => Tiny;

    /// <summary>Names of cases small enough for the PTX interpreter, every kernel among them.</summary>
    public static IEnumerable<string> SmallNames => Small;

    /// <summary>The case called <paramref name="name"/>.</summary>
    public static AttentionCase Named(string name) => Brought.Concat(Selected).Concat(Isolated).Single(item => item.Name == name);

    // Of methods whose kernels differ by numbers alone, one is enough for a device that compiles slowly.
    private static bool IsForAll(AttentionCase item) =>
        item.Kernel != AttentionKernels.FlexColumns20 && item.Kernel != AttentionKernels.FlexMeans20 && item.Kernel != AttentionKernels.Kept20;

    private static AttentionCase Of(string name, AttentionKernel kernel, AttentionShape shape, Func<AttentionShape, ListedIndex> list) =>
        new(name, kernel, shape) { Listed = list(shape) };

    // One in some, scattered, differing by batch, head and group; some lists stay empty.
    private static Func<int, int, int, int, bool> Some(int one) => (batch, head, group, id) =>
        (batch + group) % 5 != 4 && (uint)((id * 2654435761L + batch * 97 + head * 31 + group * 17) >> 7) % one == 0;

    // Runs of up to eleven keys, and single ones.
    private static bool Runs(int batch, int head, int group, int key) => (key + 3 * head + 5 * group) % 29 < 11 || key % 13 == group % 13;
}
