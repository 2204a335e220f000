namespace Kernels;

/// <summary>A declared product: Y = epilogue(X·Wᵀ), X [rows, inputs], Y [rows, outputs], sums in fp32.</summary>
/// <remarks>Obtained from a <c>static partial</c> property carrying a <see cref="MatMulAttribute"/>. Immutable and thread-safe.</remarks>
public sealed class MatMulKernel
{
    private readonly MatMulProgram[] _programs;

    /// <summary>Called by generated code.</summary>
    public MatMulKernel(MatMulDeclaration declaration, params MatMulProgram[] programs)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        Declaration = declaration;
        _programs = programs;
    }

    /// <summary>What was declared.</summary>
    public MatMulDeclaration Declaration { get; }

    /// <summary>Whether <paramref name="device"/> can run this kernel on <paramref name="shape"/>, and if not, why.</summary>
    public Support Supports(Device device, in MatMulShape shape)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (shape.Rows < 1 || shape.Inputs < 1 || shape.Outputs < 1)
            return Support.No($"rows {shape.Rows}, inputs {shape.Inputs} and outputs {shape.Outputs} must each be at least 1");
        if (shape.WeightType == ElementType.Int32)
            return Support.No("weights must be stored as Float32, BFloat16 or Float16");
        if (shape.InputType == ElementType.Int32 || shape.OutputType == ElementType.Int32)
            return Support.No("inputs and outputs must be stored as Float32, BFloat16 or Float16");
        if (Declaration.Format == WeightFormat.SemiStructured && shape.Inputs % Declaration.Of != 0)
            return Support.No($"{shape.Inputs} inputs are not a multiple of {Declaration.Of}, the group of {Declaration.Kept}:{Declaration.Of}");
        var (program, reasons) = Find(device, shape);
        return program is null ? Support.No(reasons) : Support.Yes;
    }

    /// <summary>
    /// Packs weights once for <paramref name="device"/>. For N:M the N largest magnitudes of each group are kept
    /// (the earlier column wins a tie).
    /// </summary>
    /// <param name="device">Where the weights will be used.</param>
    /// <param name="source">The matrix, [outputs, inputs].</param>
    /// <param name="type">Storage of the packed values; null keeps the source's.</param>
    /// <param name="inputType">Storage of the activations the weights will meet: it may decide between programs with layouts of their own.</param>
    /// <exception cref="KernelException">The device cannot hold this matrix.</exception>
    public PackedWeights Pack(Device device, HostMatrix source, ElementType? type = null, ElementType inputType = ElementType.Float32)
    {
        var shape = new MatMulShape(1, source.Columns, source.Rows, type ?? source.Type, inputType);
        return Require(device, shape).Pack(device, Declaration, source, shape.WeightType);
    }

    /// <summary>Checks once, sizes the workspace, and returns a plan that runs without allocating.</summary>
    /// <exception cref="KernelException">The device cannot run the kernel on this shape.</exception>
    public MatMulPlan Plan(Device device, in MatMulShape shape)
    {
        return Require(device, shape).Plan(device, Declaration, shape);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Declaration.Name} ({Declaration.Format}, {Declaration.Hash})";

    /// <summary>The generated programs, in order of preference.</summary>
    internal IReadOnlyList<MatMulProgram> Programs => _programs;

    /// <summary>The ILGPU kernels a device of <paramref name="lowering"/> may be asked to compile, for all storage types.</summary>
    internal IEnumerable<GpuKernelSource> GpuSources(GpuLowering lowering) => _programs.SelectMany(program => program.GpuSources(lowering));

    private MatMulProgram Require(Device device, in MatMulShape shape)
    {
        var support = Supports(device, shape);
        return support.IsSupported
            ? Find(device, shape).Program!
            : throw new KernelException(
                Declaration.Name, device.Name, shape.ToString(), support.Reason!, "Change the shape or declare another kernel.");
    }

    /// <summary>The first program that holds <paramref name="shape"/>, or why none does.</summary>
    private (MatMulProgram? Program, string Reasons) Find(Device device, in MatMulShape shape)
    {
        var reasons = new List<string>();
        foreach (var program in _programs.Append(NullMatMulProgram.Instance))
        {
            if (!program.Targets(device)) continue;
            var support = program.Supports(device, Declaration, shape);
            if (support.IsSupported) return (program, "");
            reasons.Add(support.Reason!);
        }

        return (null, reasons.Count == 0 ? $"no program was generated for device {device.Name}" : string.Join("; ", reasons.Distinct()));
    }
}
