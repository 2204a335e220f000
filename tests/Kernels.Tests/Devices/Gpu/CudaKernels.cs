using Kernels.Testing;

namespace Kernels.Tests.Devices.Gpu;

/// <summary>What is compiled, assembled and tabulated for NVIDIA GPUs: every kernel text, at heads and storages that make a difference.</summary>
internal static class CudaKernels
{
    private static readonly (string Kernel, IEnumerable<GpuKernelSource> Sources)[] Groups =
    [
        ("dense product", Products.Dense.GpuSources(GpuLowering.Cuda)), ("2:4 product", Products.TwoOfFour.GpuSources(GpuLowering.Cuda)),
        ("dense product with an epilogue", OfFloat16(Products.DenseSilu)), ("2:4 product with an epilogue", OfFloat16(Products.TwoOfFourLeak)),
        ("single weights", Products.Unstructured.GpuSources(GpuLowering.Cuda)), ("groups of 2", Products.GroupsOfTwo.GpuSources(GpuLowering.Cuda)),
        ("groups of 4 with an epilogue", Products.GroupsOfFourLeak.GpuSources(GpuLowering.Cuda)),
        ("groups of 8", Products.GroupsOfEight.GpuSources(GpuLowering.Cuda)), ("groups of 16", Products.GroupsOfSixteen.GpuSources(GpuLowering.Cuda)),
        ("convolutions", Windows), ("attention, 20 channels", Mixed(AttentionKernels.Causal20)), ("attention, 64 channels", Consecutive(AttentionKernels.Causal64)),
        ("attention, 80 channels", Mixed(AttentionKernels.Causal80)), ("attention, 128 channels", Mixed(AttentionKernels.Causal128)),
        ("attention, 256 channels", Mixed(AttentionKernels.Causal256)), ("masked attention", Mixed(AttentionKernels.Banded64)),
        ("masked attention with a score function", Mixed(AttentionKernels.Windowed64)), ("anchor attention", Mixed(AttentionKernels.Anchor64)),
        ("mean keys", Selection(AttentionKernels.PooledSimilar20)), ("mean keys, a selector of the user's", Selection(AttentionKernels.PooledOwn20)),
        ("antidiagonal sums", Selection(AttentionKernels.Antidiagonal20)), ("bounds of pages", Selection(AttentionKernels.Bounds20)),
        ("vertical-slash", Selection(AttentionKernels.VerticalSlash20)), ("gates", Selection(AttentionKernels.GateAny20)),
        ("shared gates", Selection(AttentionKernels.GroupGate20)), ("observation windows", Selection(AttentionKernels.KeptByHeads20)),
        ("FlexPrefill", Selection(AttentionKernels.Flex20)), ("clusters", Mixed(AttentionKernels.Routed20)), ("keys in pages", Paged),
        ("layers", LayerSources.All),
    ];

    /// <summary>Names of what kernels belong to.</summary>
    public static IEnumerable<string> Names => Groups.Select(group => group.Kernel);

    /// <summary>The kernels, each once, with the name of the first that it belongs to.</summary>
    public static IReadOnlyList<(string Kernel, GpuKernelSource Source)> All { get; } =
        [.. Groups.SelectMany(group => group.Sources, (group, source) => (group.Kernel, source)).DistinctBy(item => item.source.Method.Method)];

    /// <summary>The kernels of <paramref name="name"/>.</summary>
    public static GpuKernelSource[] Of(string name) => [.. All.Where(item => item.Kernel == name).Select(item => item.Source)];

    private static IEnumerable<GpuKernelSource> Windows =>
        Convolutions.Pointwise.Concat(Convolutions.Windows).SelectMany(kernel => kernel.GpuSources(GpuLowering.Cuda))
            .Concat(Convolutions.Depthwise.SelectMany(kernel => kernel.GpuSources(GpuLowering.Cuda)));

    private static IEnumerable<GpuKernelSource> OfFloat16(MatMulKernel kernel) =>
        kernel.GpuSources(GpuLowering.Cuda).Where(source => !source.Name.Contains(nameof(ElementType.BFloat16), StringComparison.Ordinal)
            && source.Name.Contains(nameof(ElementType.Float16), StringComparison.Ordinal));

    // Queries and keys are converted apart from each other: three of the nine pairs have every storage on both sides. The 64 channels have all nine.
    private static IEnumerable<GpuKernelSource> Mixed(AttentionKernel kernel) => Consecutive(kernel)
        .Where(source => source.Method.Method.GetGenericArguments() is not [var query, var key, _, _] || IsMixed(query, key));

    private static IEnumerable<GpuKernelSource> Consecutive(AttentionKernel kernel) => kernel.GpuSources(GpuLowering.Cuda).Where(source => !IsPaged(source));

    // One storage stands for all, as it makes no difference to where a row lies.
    private static IEnumerable<GpuKernelSource> Paged =>
        new[] { AttentionKernels.Causal64, AttentionKernels.Anchor64, AttentionKernels.Routed20 }.SelectMany(kernel => kernel.GpuSources(GpuLowering.Cuda))
            .Where(source => source.SharedAtLaunch ? !Stores<GpuBFloat16>(source) : !Stores<GpuFloat16>(source) && !Stores<GpuBFloat16>(source))
            .Concat(new[] { AttentionKernels.PooledTop20, AttentionKernels.Antidiagonal20, AttentionKernels.Bounds20, AttentionKernels.GateAny20 }
                .SelectMany(kernel => Selection(kernel, paged: true)))
            .Where(IsPaged).DistinctBy(source => source.Name[source.Name.IndexOf(':')..]);

    private static bool Stores<TElement>(GpuKernelSource source) => source.Name.Contains(typeof(TElement).Name, StringComparison.Ordinal);

    private static bool IsPaged(GpuKernelSource source) => source.Method.Method.GetGenericArguments().LastOrDefault() == typeof(PagedRows);

    private static bool IsMixed(Type query, Type key) =>
        key == (query == typeof(GpuFloat16) ? typeof(GpuBFloat16) : query == typeof(GpuBFloat16) ? typeof(GpuFloat16) : typeof(GpuFloat32));

    private static IEnumerable<GpuKernelSource> Selection(AttentionKernel kernel, bool paged = false) =>
        SelectionSources.Of<GpuFloat16, GpuBFloat16>(kernel.Declaration, kernel.Programs.OfType<GpuAttentionProgram>().Single(), paged);
}
