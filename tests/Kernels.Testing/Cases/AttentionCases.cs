namespace Kernels.Testing;

/// <summary>The attention problems every device is tried on, by name.</summary>
public static class AttentionCases
{
    private const ElementType BFloat16 = ElementType.BFloat16, Float16 = ElementType.Float16;

    private static readonly AttentionCase[] All =
    [
        new("one token", AttentionKernels.Causal8, new(1, 1, 1, 1, 1, 8)),
        new("tiny", AttentionKernels.Causal8, new(1, 5, 9, 2, 1, 8)) { Gap = 3 },
        new("tails", AttentionKernels.Causal20, new(2, 37, 37, 2, 2, 20)) { Gap = 5, Spare = 7 },
        new("prefill", AttentionKernels.Causal64, new(1, 200, 200, 2, 2, 64)),
        new("chunk", AttentionKernels.Causal64, new(1, 70, 300, 4, 2, 64)) { Spare = 100 },
        new("decode", AttentionKernels.Causal64, new(2, 1, 333, 4, 1, 64)),
        new("two queries", AttentionKernels.Causal128, new(1, 2, 129, 2, 1, 128)) { Gap = 8 },
        new("wide head", AttentionKernels.Causal256, new(1, 66, 66, 2, 1, 256)),
        new("full", AttentionKernels.Full64, new(2, 65, 65, 2, 1, 64)),
        new("full, more keys", AttentionKernels.Full64, new(1, 33, 100, 2, 2, 64)),
        new("full, more queries", AttentionKernels.Full64, new(1, 100, 33, 2, 2, 64)),
        new("bfloat16", AttentionKernels.Causal64, new(1, 70, 90, 2, 1, 64, BFloat16, BFloat16) { AllowPlainLanes = true }) { Gap = 1 },
        new("float16", AttentionKernels.Causal20, new(1, 70, 90, 2, 1, 20, Float16, Float16) { AllowPlainLanes = true }) { Gap = 2 },
        new("bfloat16 keys", AttentionKernels.Causal128, new(1, 40, 70, 2, 1, 128, ElementType.Float32, BFloat16)),
        new("float16 keys", AttentionKernels.Causal8, new(1, 3, 70, 2, 1, 8, ElementType.Float32, Float16)),
        new("anchor, tiny", AttentionKernels.Anchor64, new(1, 10, 300, 1, 1, 64)),
        new("anchor, one group", AttentionKernels.Anchor64, new(1, 60, 60, 2, 1, 64)),
        new("anchor", AttentionKernels.Anchor64, new(2, 330, 330, 2, 1, 64)) { Gap = 4, Spare = 10 },
        new("anchor, chunk", AttentionKernels.Anchor64, new(1, 75, 290, 2, 2, 64)) { Spare = 40 },
        new("anchor, decode", AttentionKernels.Anchor64, new(1, 1, 301, 4, 2, 64)),
        new("anchor, bfloat16", AttentionKernels.Anchor64, new(1, 200, 200, 2, 1, 64, BFloat16, BFloat16)),
        new("masked", AttentionKernels.Checkered24, new(1, 150, 210, 4, 2, 24)) { Mask = Checkers, Spare = 3, Gap = 1 },
        new("masked, tiny", AttentionKernels.Checkered24, new(1, 5, 40, 2, 1, 24)) { Mask = Checkers },
        new("masked by head", AttentionKernels.Windowed64, new(2, 130, 230, 4, 2, 64)) { Mask = AttentionKernels.Window, Score = Slope, Spare = 90 },
        new("masked by head, decode", AttentionKernels.Windowed64, new(2, 1, 700, 4, 2, 64)) { Mask = AttentionKernels.Window, Score = Slope },
        new("float16, 64 channels", AttentionKernels.Causal64, new(1, 70, 150, 4, 2, 64, Float16, Float16)) { Gap = 8, Spare = 5 },
        new("bfloat16, 64 channels", AttentionKernels.Causal64, new(1, 90, 90, 1, 1, 64, BFloat16, BFloat16)),
        new("bfloat16, 128 channels", AttentionKernels.Causal128, new(2, 66, 66, 2, 1, 128, BFloat16, BFloat16)),
        new("float16, 80 channels", AttentionKernels.Causal80, new(1, 40, 130, 1, 1, 80, Float16, Float16)),
        new("float16, full", AttentionKernels.Full64, new(1, 100, 33, 2, 2, 64, Float16, Float16)),
        new("bfloat16, masked by head", AttentionKernels.Banded64, new(1, 100, 140, 2, 1, 64, BFloat16, BFloat16)) { Mask = AttentionKernels.Bands },
        new("anchor, float16", AttentionKernels.Anchor64, new(1, 200, 260, 2, 1, 64, Float16, Float16)) { Gap = 8 },
        new("float16, decode", AttentionKernels.Causal128, new(2, 1, 600, 8, 2, 128, Float16, Float16)) { Spare = 3 },
        new("bfloat16, few", AttentionKernels.Causal64, new(1, 5, 90, 4, 2, 64, BFloat16, BFloat16)) { Gap = 16 },
        new("float16, wide head", AttentionKernels.Causal256, new(1, 40, 70, 2, 1, 256, Float16, Float16)),
        new("bfloat16, wide head, decode", AttentionKernels.Causal256, new(1, 1, 300, 2, 1, 256, BFloat16, BFloat16)),
        new("anchor, odd blocks", AttentionKernels.Anchor20, new(1, 500, 500, 2, 2, 20)),
    ];

    private static readonly ElementType[] Storages = [ElementType.Float32, BFloat16, Float16];

    // A group of simulated threads takes milliseconds for every barrier.
    private static readonly string[] Tiny = ["one token", "tiny", "float16 keys", "masked, tiny", "anchor, tiny"];

    private static Func<int, int, int, int, bool> Checkers => (_, _, query, key) => AttentionKernels.Checkers(query, key);

    private static Func<double, int, int, int, int, double> Slope => (score, _, head, query, key) => score - 0.01 * (head + 1) * (query - key);

    /// <summary>Names of all cases.</summary>
    public static IEnumerable<string> Names => All.Select(item => item.Name);

    /// <summary>Names of cases for a portable device, which compiles every kernel for every storage anew and slowly: the shapes, and a few storages.</summary>
    public static IEnumerable<string> PortableNames => All
        .Where(item => item.Shape.KeyType == ElementType.Float32 || item.Name is "float16 keys" or "bfloat16, few" or "float16, decode" or "anchor, bfloat16")
        .Select(item => item.Name);

    /// <summary>Queries and keys of any two storages, few rows and many, whose rows begin where tensor cores cannot reach them.</summary>
    public static IEnumerable<AttentionCase> StoragePairs =>
        from query in Storages
        from key in Storages
        from queries in new[] { 3, 33 }
        select new AttentionCase(
            $"{queries} {query} queries, {key} keys", AttentionKernels.Causal64, new(1, queries, 50, 2, 1, 64, query, key) { AllowPlainLanes = true }) { Gap = 1 };

    /// <summary>Names of the cases small enough for the simulator.</summary>
    public static IEnumerable<string> TinyNames => Tiny;

    /// <summary>The case called <paramref name="name"/>.</summary>
    public static AttentionCase Named(string name) => All.Single(item => item.Name == name);
}
