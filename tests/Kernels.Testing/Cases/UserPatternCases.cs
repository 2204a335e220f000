namespace Kernels.Testing;

/// <summary>Problems for the patterns of <see cref="UserPatterns"/>, by name.</summary>
public static class UserPatternCases
{
    private static readonly AttentionShape Heads = new(1, 1, 1, 4, 2, 32);

    private static readonly AttentionCase[] Masked =
    [
        Alibi("alibi, tiny", (3, 9)),
        Alibi("alibi", (90, 130), (33, 33)) with { Spare = 6 },
        Alibi("alibi, decode", (1, 130), (1, 7)),
        SoftCapped("soft cap", (90, 130)),
        SoftCapped("soft cap, decode", (2, 100), (1, 64)),
        AttentionCase.Ragged("own", UserPatterns.Own, Heads, (70, 90), (40, 20)) with { Mask = UserPatterns.IsOwn },
        AttentionCase.Ragged("own, few", UserPatterns.Own, Heads, (2, 90), (1, 20)) with { Mask = UserPatterns.IsOwn },
    ];

    private static readonly AttentionCase Indexed = AttentionCase.Ragged("own, partial blocks", UserPatterns.IndexedOwn, Heads, (70, 130), (3, 60)) with
    {
        Mask = UserPatterns.IsOwn,
        Listed = ListedIndex.OfBlocks(2, 4, 130, 130, 32, 16, (batch, head, group, block) => (batch + head + group + block) % 3 != 0, (_, _) => true),
    };

    /// <summary>Names of all cases.</summary>
    public static IEnumerable<string> Names => Masked.Append(Indexed).Select(item => item.Name);

    /// <summary>Names of the cases for NVIDIA GPUs.</summary>
    public static IEnumerable<string> GpuNames => Masked.Select(item => item.Name);

    /// <summary>Names of cases small enough for the PTX interpreter.</summary>
    public static IEnumerable<string> SmallNames => ["alibi, decode", "soft cap, decode", "own, few"];

    /// <summary>Names of cases small enough for the simulator.</summary>
    public static IEnumerable<string> TinyNames => ["alibi, tiny"];

    /// <summary>Names of cases for a portable device, which compiles kernels slowly.</summary>
    public static IEnumerable<string> PortableNames => ["soft cap, decode"];

    /// <summary>The case called <paramref name="name"/>.</summary>
    public static AttentionCase Named(string name) => Masked.Append(Indexed).Single(item => item.Name == name);

    private static AttentionCase Alibi(string name, params (int Queries, int Keys)[] lengths) => AttentionCase.Ragged(name, UserPatterns.Alibi, Heads, lengths) with
    {
        Mask = (_, _, query, key) => UserPatterns.IsNear(query, key),
        Score = (score, _, head, query, key) => UserPatterns.SlopeExactly(score, head, query, key),
    };

    private static AttentionCase SoftCapped(string name, params (int Queries, int Keys)[] lengths) => AttentionCase.Ragged(name, UserPatterns.SoftCapped, Heads, lengths) with
    {
        Mask = (_, _, query, key) => UserPatterns.IsNear(query, key),
        Score = (score, _, _, _, _) => UserPatterns.SoftCapExactly(score),
    };
}
