namespace Kernels;

/// <summary>A declared pointwise (1×1) convolution: Y = W·X with channels first, X [inputs, pixels], Y [outputs, pixels], fp32.</summary>
/// <remarks>
/// A linear layer whose activations are stored one feature after the other is the same product. Obtained from a <c>static
/// partial</c> property carrying <see cref="GroupPointwiseAttribute"/>. Immutable and thread-safe.
/// </remarks>
public sealed class PointwiseKernel
{
    private readonly CpuPointwiseProgram[] _programs;

    /// <summary>Called by generated code.</summary>
    public PointwiseKernel(PointwiseDeclaration declaration, params CpuPointwiseProgram[] programs)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        Declaration = declaration;
        _programs = programs;
    }

    /// <summary>What was declared.</summary>
    public PointwiseDeclaration Declaration { get; }

    /// <summary>Whether <paramref name="device"/> can run this kernel on <paramref name="shape"/>, and if not, why.</summary>
    public Support Supports(Device device, in PointwiseShape shape)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (Find(device) is not { } program) return Support.No($"no program was generated for device {device.Name}");
        if (shape.Inputs < 1 || shape.Outputs < 1) return Support.No($"inputs {shape.Inputs} and outputs {shape.Outputs} must each be at least 1");
        if (shape.Outputs % Declaration.GroupRows != 0) return Support.No($"{shape.Outputs} outputs are not a multiple of groups of {Declaration.GroupRows}");
        return shape.Pixels < program.Lanes
            ? Support.No($"{shape.Pixels} pixels are fewer than the {program.Lanes} of a vector")
            : Support.Yes;
    }

    /// <summary>Packs weights once for <paramref name="device"/>.</summary>
    /// <param name="device">Where the weights will be used.</param>
    /// <param name="source">Groups of this kernel's rows × 1 input.</param>
    /// <exception cref="KernelException">The device cannot hold them, or the groups are of another size.</exception>
    public PointwiseWeights Pack(Device device, BlockMatrix source)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(source);
        if (Find(device) is null || device is not CpuDevice cpu)
            throw new KernelException(Declaration.Name, device.Name, $"{source}", "no program was generated for the device", "Choose the cpu device.");
        if (source.BlockRows != Declaration.GroupRows || source.BlockColumns != 1)
            throw new KernelException(Declaration.Name, device.Name, $"{source}", $"the kernel reads groups of {Declaration.GroupRows}", "Pack the matrix with the kernel's groups.");
        return new PointwiseWeights(cpu, source);
    }

    /// <summary>Checks once and returns a plan that runs without allocating.</summary>
    /// <exception cref="KernelException">The device cannot run the kernel on this shape.</exception>
    public PointwisePlan Plan(Device device, in PointwiseShape shape)
    {
        var support = Supports(device, shape);
        if (!support.IsSupported)
            throw new KernelException(Declaration.Name, device.Name, shape.ToString(), support.Reason!, "Change the shape or declare another kernel.");
        return new PointwisePlan((CpuDevice)device, Declaration, shape, Find(device)!);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Declaration.Name} (groups of {Declaration.GroupRows}, {Declaration.Hash})";

    private CpuPointwiseProgram? Find(Device device) => Array.Find(_programs, program => program.Targets(device));
}
