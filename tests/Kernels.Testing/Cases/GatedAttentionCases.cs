namespace Kernels.Testing;

/// <summary>Attention over blocks that learned gates select, by name.</summary>
public static class GatedAttentionCases
{
    private static readonly AttentionCase[] Cases =
    [
        Of("gate, one token", AttentionKernels.Gate20, new(1, 1, 1, 1, 1, 20), 20),
        Of("gate, just short", AttentionKernels.Gate20, new(1, 15, 15, 2, 1, 20), 20),
        Of("gate, just full", AttentionKernels.Gate20, new(1, 16, 16, 2, 1, 20), 20),
        Of("gate, just over", AttentionKernels.Gate20, new(2, 17, 17, 2, 1, 20), 20),
        Of("gate, tail", AttentionKernels.Gate20, new(2, 143, 143, 4, 2, 20), 20) with { Spare = 9, Gap = 3 },
        Of("gate, own key projections", AttentionKernels.Gate20, new(1, 130, 130, 4, 2, 20), 20, projectsQueries: false),
        Of("gate, wide", AttentionKernels.Gate20, new(1, 130, 130, 2, 2, 20), 34) with { Spare = 1 },
        Of("gate, norms", AttentionKernels.Gate20, new(1, 128, 128, 2, 1, 20), 16, norms: true),
        Of("gate, chunk", AttentionKernels.Gate20, new(1, 70, 177, 4, 2, 20), 20) with { Spare = 40 },
        Of("gate, bfloat16", AttentionKernels.Gate20, new(1, 100, 120, 2, 1, 20, ElementType.BFloat16, ElementType.BFloat16) { AllowPlainLanes = true }, 20),
        Of("gate, any", AttentionKernels.GateAny20, new(1, 150, 190, 4, 2, 20), 20, projectsQueries: false),
        Of("shared, one token", AttentionKernels.GroupGate20, new(1, 1, 1, 2, 1, 20), 20),
        Of("shared, just short", AttentionKernels.GroupGate20, new(1, 1, 127, 4, 2, 20), 20),
        Of("shared, just full", AttentionKernels.GroupGate20, new(2, 1, 128, 4, 2, 20), 20) with { Spare = 20 },
        Of("shared, just over", AttentionKernels.GroupGate20, new(1, 1, 129, 4, 2, 20), 32, norms: true),
        Of("shared, few", AttentionKernels.GroupGate20, new(1, 3, 161, 4, 2, 20, ElementType.Float32, ElementType.Float16), 20),
        Of("shared, many", AttentionKernels.GroupGate20, new(1, 40, 150, 2, 1, 20), 20) with { Gap = 1 },
        Ragged("gate, unequal lengths", AttentionKernels.Gate20, (70, 100), (0, 20), (33, 33)),
        Ragged("shared, unequal lengths", AttentionKernels.GroupGate20, (1, 100), (3, 48), (1, 5)),
        RaggedAttentionCases.InPages(Ragged("gate, unequal lengths", AttentionKernels.Gate20, (70, 100), (0, 20), (33, 33))),
        RaggedAttentionCases.InPages(Ragged("shared, unequal lengths", AttentionKernels.GroupGate20, (1, 100), (3, 48), (1, 5))),
    ];

    /// <summary>Names of all cases.</summary>
    public static IEnumerable<string> Names => Cases.Select(item => item.Name);

    /// <summary>Names of cases for a portable device, which compiles kernels slowly.</summary>
    public static IEnumerable<string> PortableNames => ["gate, tail", "gate, own key projections", "gate, unequal lengths", "shared, just full", "shared, unequal lengths", "shared, unequal lengths, paged"];

    /// <summary>Names of cases small enough for the PTX interpreter, every kernel among them.</summary>
    public static IEnumerable<string> SmallNames => [.. TinyNames, "gate, just over", "gate, wide", "gate, norms", "gate, any", "shared, just over", "shared, few", "shared, unequal lengths, paged"];

    /// <summary>Names of cases small enough for the simulator.</summary>
    public static IEnumerable<string> TinyNames => ["gate, one token", "shared, one token"];

    /// <summary>The case called <paramref name="name"/>.</summary>
    public static AttentionCase Named(string name) => Cases.Single(item => item.Name == name);

    private static AttentionCase Ragged(string name, AttentionKernel kernel, params (int Queries, int Keys)[] lengths)
    {
        var problem = AttentionCase.Ragged(name, kernel, new AttentionShape(1, 1, 1, 4, 2, 20), lengths);
        return problem with { Gate = RandomGates.Make(name.Length, kernel, problem.Shape, 20) };
    }

    private static AttentionCase Of(string name, AttentionKernel kernel, AttentionShape shape, int width, bool projectsQueries = true, bool norms = false) =>
        new(name, kernel, shape) { Gate = RandomGates.Make(name.Length, kernel, shape, width, projectsQueries, norms) };
}
