using Kernels.Testing;

namespace Kernels.Gpu.Correctness;

/// <summary>Every case that the tests run on the PTX interpreter, on a device, against the same fp64 oracles.</summary>
internal static class CorrectnessMatrix
{
    /// <summary>The cases, by name.</summary>
    public static IEnumerable<(string Name, Action<Device> Check)> Cases =>
    [
        .. from sparse in new[] { false, true }
           from problem in ProductCases.Of(sparse, "cuda").Concat(ProductCases.WithEpilogue(sparse, "cuda"))
           select ($"product {problem.Rows}x{problem.Inputs}x{problem.Outputs} {problem.WeightType}{(sparse ? " 2:4" : "")}{(problem.Epilogue is null ? "" : " epilogue")}",
               (Action<Device>)problem.Check),
        .. from sparse in new[] { false, true }
           from type in new[] { ElementType.Float16, ElementType.BFloat16 }
           from problem in ProductCases.Tensor(type, sparse)
           select ($"tensor product {problem.Data.Rows}x{problem.Data.Inputs}x{problem.Data.Outputs} {type} to {problem.OutputType}{(sparse ? " 2:4" : "")}",
               (Action<Device>)problem.Check),
        .. from format in GroupedProduct.GpuFormats
           from type in GroupedProduct.Storages
           from isTransposed in new[] { false, true }
           select ($"grouped product, {format} {type}{(isTransposed ? " transposed" : "")}", (Action<Device>)(device =>
           {
               if (isTransposed) new GroupedProduct(format).CheckTransposed(device, [type], 1, 6, 70);
               else new GroupedProduct(format).Check(device, [type], 1, 6, 70);
           })),
        .. from sparse in new[] { false, true }
           from problem in ProductCases.Transposed(sparse, "cuda")
           select ($"transposed product {problem.Rows}x{problem.Inputs}x{problem.Outputs} {problem.WeightType}{(sparse ? " 2:4" : "")}",
               (Action<Device>)problem.CheckTransposed),
        .. ConvolutionCases.Groups("cuda").Select(item => ($"convolution, {item.Kernel.Declaration.Name} {item.Shape}", (Action<Device>)item.Check)),
        .. ConvolutionCases.Depthwise.Select(item => ($"depthwise convolution, {item.Kernel.Declaration.Name} {item.Shape}", (Action<Device>)item.Check)),
        .. AttentionCases.Names.Select(name => ($"attention, {name}", (Action<Device>)AttentionCases.Named(name).Run)),
        .. AttentionCases.StoragePairs.Select(problem => ($"attention, {problem.Name}", (Action<Device>)problem.Run)),
        .. ListedAttentionCases.Names.Select(name => ($"listed attention, {name}", (Action<Device>)ListedAttentionCases.Named(name).Run)),
        .. GatedAttentionCases.Names.Select(name => ($"gated attention, {name}", (Action<Device>)GatedAttentionCases.Named(name).Run)),
        .. RoutedAttentionCases.Names.Select(name => ($"attention, {name}", (Action<Device>)RoutedAttentionCases.Named(name).Run)),
        .. RaggedAttentionCases.PackedNames.Concat(RaggedAttentionCases.PagedNames).Select(name => ($"attention, {name}", (Action<Device>)RaggedAttentionCases.Named(name).Run)),
        .. UserPatternCases.Names.Select(name => ($"attention, {name}", (Action<Device>)UserPatternCases.Named(name).Run)),
        .. LayerCases.Names.Select(name => ($"layer, {name}", (Action<Device>)(device => LayerCases.Check(device, name)))),
    ];

    /// <summary>Runs the cases whose names begin with <paramref name="prefix"/>.</summary>
    public static IReadOnlyList<CheckReport> Run(Device device, string prefix, Action<string> progress)
    {
        var reports = new List<CheckReport>();
        foreach (var (name, check) in Cases.Where(item => item.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var report = Run(device, name, check);
            reports.Add(report);
            if (report.Outcome == CheckOutcome.Wrong) progress($"{name}: wrong. {report.Reason}");
            else if (reports.Count % 20 == 0) progress($"{reports.Count} cases checked");
        }

        return reports;
    }

    private static CheckReport Run(Device device, string name, Action<Device> check)
    {
        try
        {
            check(device);
            return new(name, CheckOutcome.Right);
        }
        catch (KernelException exception)
        {
            return new(name, CheckOutcome.Refused, exception.Limit);
        }
        catch (Exception exception)
        {
            // Whatever a kernel does wrong, the others are still to be tried.
            return new(name, CheckOutcome.Wrong, exception.Message.ReplaceLineEndings(" "));
        }
    }
}
