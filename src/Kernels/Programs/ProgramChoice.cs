namespace Kernels;

/// <summary>Which of a declaration's programs a device runs, or why none does.</summary>
/// <param name="name">Type and property of the declaration.</param>
/// <param name="declaration">What was declared.</param>
/// <param name="programs">In order of preference.</param>
internal sealed class ProgramChoice<TProgram, TDeclaration, TShape, TPlan>(string name, TDeclaration declaration, TProgram[] programs)
    where TProgram : KernelProgram<TDeclaration, TShape, TPlan>
    where TShape : struct
{
    /// <summary>The programs, in order of preference.</summary>
    public IReadOnlyList<TProgram> All => programs;

    /// <summary>Whether a program holds <paramref name="shape"/>, and if none does, why.</summary>
    public Support Supports(Device device, in TShape shape)
    {
        var (program, reasons) = Find(device, shape);
        return program is null ? Support.No(reasons) : Support.Yes;
    }

    /// <summary>The first program that holds <paramref name="shape"/>.</summary>
    /// <param name="device">Where it will run.</param>
    /// <param name="shape">The problem.</param>
    /// <param name="support">What the kernel said of it.</param>
    /// <exception cref="KernelException">The kernel said no.</exception>
    public TProgram Require(Device device, in TShape shape, Support support) => support.IsSupported
        ? Find(device, shape).Program!
        : throw new KernelException(name, device.Name, shape.ToString()!, support.Reason!, "Change the shape or declare another kernel.");

    /// <summary>The first program for <paramref name="device"/>, whatever the shape.</summary>
    /// <exception cref="KernelException">There is none.</exception>
    public TProgram On(Device device) =>
        Array.Find(programs, program => program.Targets(device))
        ?? throw new KernelException(name, device.Name, "a launch", NoProgram(device), "Choose another device.");

    /// <summary>The ILGPU kernels a device of <paramref name="lowering"/> may be asked to compile, for all storage types.</summary>
    public IEnumerable<GpuKernelSource> GpuSources(GpuLowering lowering) => programs.SelectMany(program => program.GpuSources(declaration, lowering));

    private (TProgram? Program, string Reasons) Find(Device device, in TShape shape)
    {
        var reasons = new List<string>();
        foreach (var program in programs)
        {
            if (!program.Targets(device)) continue;
            var support = program.Supports(device, declaration, shape);
            if (support.IsSupported) return (program, "");
            reasons.Add(support.Reason!);
        }

        return (null, reasons.Count == 0 ? NoProgram(device) : string.Join("; ", reasons.Distinct()));
    }

    private static string NoProgram(Device device) => $"no program was generated for device {device.Name}";
}
