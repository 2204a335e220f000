using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>
/// A declared product: Y = epilogue(X·Wᵀ + bias + operand), X [rows, inputs], Y and the operand [rows, outputs], bias [outputs], sums in fp32.
/// An epilogue of two parameters receives the operand apart.
/// </summary>
/// <remarks>Obtained from a <c>static partial</c> property carrying a <see cref="MatMulAttribute"/>. Immutable and thread-safe.</remarks>
public sealed class MatMulKernel
{
    private readonly ProgramChoice<MatMulProgram, MatMulDeclaration, MatMulShape, MatMulPlan> _programs;

    /// <summary>Called by generated code.</summary>
    public MatMulKernel(MatMulDeclaration declaration, params MatMulProgram[] programs)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        Declaration = declaration;
        _programs = new(declaration.Name, declaration, [.. programs, NullMatMulProgram.Instance]);
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
            return Support.No("weights must be stored as Float32, BFloat16, Float16, Int8 or Int4");
        if (!shape.InputType.IsFloat() || !shape.OutputType.IsFloat())
            return Support.No("inputs and outputs must be stored as Float32, BFloat16 or Float16");
        if (Declaration.Format == WeightFormat.SemiStructured && shape.Inputs % Declaration.Of != 0)
            return Support.No($"{shape.Inputs} inputs are not a multiple of {Declaration.Of}, the group of {Declaration.Kept}:{Declaration.Of}");
        if (Declaration.GroupRows > 0 && shape.Outputs % Declaration.GroupRows != 0)
            return Support.No($"{shape.Outputs} outputs are not a multiple of groups of {Declaration.GroupRows}");
        if (Declaration.GroupRows > 0 && shape.Inputs > GroupLayout.MostInputs)
            return Support.No($"{shape.Inputs} inputs are more than {GroupLayout.MostInputs}, which 16-bit columns can number");
        return _programs.Supports(device, shape);
    }

    /// <summary>
    /// Packs weights once for <paramref name="device"/>. Without a mask, the N largest magnitudes of each group of N:M are kept (the
    /// earlier column wins a tie). Floating-point weights are quantised symmetrically to integers, one scale for every 128 inputs
    /// of an output: the largest magnitude becomes ±127 or ±7. Integers keep their scales; as another type they become the
    /// numbers they stand for.
    /// </summary>
    /// <param name="device">Where the weights will be used.</param>
    /// <param name="source">The matrix, [outputs, inputs].</param>
    /// <param name="type">Storage of the packed values; null keeps the source's, which for integers is Int8.</param>
    /// <param name="inputType">Storage of the activations the weights will meet: it may decide between programs with layouts of their own.</param>
    /// <param name="bias">[outputs], added to the sums before the epilogue; empty for none.</param>
    /// <exception cref="KernelException">The device cannot hold this matrix, its mask is of another pattern, or an integer does not fit the type, or the bias has another length.</exception>
    public PackedWeights Pack(Device device, HostMatrix source, ElementType? type = null, ElementType inputType = ElementType.Float32, ReadOnlySpan<float> bias = default)
    {
        if (!bias.IsEmpty && bias.Length != source.Rows)
            throw new KernelException(Declaration.Name, device.Name, $"{bias.Length} biases", $"there are {source.Rows} outputs", "Pass one for each output, or none.");
        var weights = PackMatrix(device, source, type, inputType);
        if (bias.IsEmpty) return weights;
        try
        {
            weights.Attach(bias);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    private PackedWeights PackMatrix(Device device, HostMatrix source, ElementType? type, ElementType inputType)
    {
        var shape = new MatMulShape(1, source.Columns, source.Rows, type ?? source.Type, inputType);
        var program = _programs.Require(device, shape, Supports(device, shape));
        RequireMask(device, source);
        if (!source.Type.IsScaled()) return program.Pack(device, Declaration, source, shape.WeightType);
        if (shape.WeightType.IsScaled())
        {
            RequireCodes(device, source, shape.WeightType);
            return program.Pack(device, Declaration, source, shape.WeightType);
        }

        var values = source.Dequantize();
        var numbers = new HostMatrix(MemoryMarshal.AsBytes(values.AsSpan()), ElementType.Float32, source.Rows, source.Columns) { Mask = source.Mask };
        return program.Pack(device, Declaration, numbers, shape.WeightType);
    }

    /// <summary>Packs a sparse matrix once for <paramref name="device"/>: what it stores is what is stored, zeros included.</summary>
    /// <param name="device">Where the weights will be used.</param>
    /// <param name="source">A matrix of this kernel's pattern, or one whose rows keep the same inputs in groups of this kernel's.</param>
    /// <param name="type">Storage of the packed values.</param>
    /// <param name="bias">[outputs], added to the sums before the epilogue; empty for none.</param>
    /// <exception cref="KernelException">The device cannot hold this matrix, it is of another pattern, or the bias has another length.</exception>
    public PackedWeights Pack(Device device, SparseMatrix source, ElementType type = ElementType.Float32, ReadOnlySpan<float> bias = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var values = source.Densify();
        return Pack(device, new HostMatrix(MemoryMarshal.AsBytes(values.AsSpan()), ElementType.Float32, source.Rows, source.Columns) { Mask = source.Mask() }, type, bias: bias);
    }

    /// <summary>Checks once, sizes the workspace, and returns a plan that runs without allocating.</summary>
    /// <exception cref="KernelException">The device cannot run the kernel on this shape.</exception>
    public MatMulPlan Plan(Device device, in MatMulShape shape) =>
        _programs.Require(device, shape, Supports(device, shape)).Plan(device, Declaration, shape);

    /// <inheritdoc/>
    public override string ToString() => $"{Declaration.Name} ({Declaration.Format}, {Declaration.Hash})";

    /// <summary>The generated programs, in order of preference.</summary>
    internal IReadOnlyList<MatMulProgram> Programs => _programs.All;

    /// <summary>The ILGPU kernels a device of <paramref name="lowering"/> may be asked to compile, for all storage types.</summary>
    internal IEnumerable<GpuKernelSource> GpuSources(GpuLowering lowering) => _programs.GpuSources(lowering);

    private void RequireMask(Device device, HostMatrix source)
    {
        if (source.Mask is not { } mask) return;
        if (mask.Rows != source.Rows || mask.Columns != source.Columns)
            throw new KernelException(
                Declaration.Name, device.Name, $"{mask}", $"the matrix is [{source.Rows}, {source.Columns}]", "Pass the mask of this matrix.");
        if (Declaration.Format == WeightFormat.SemiStructured && mask.FirstOutside(Declaration.Kept, Declaration.Of) is { } broken)
            throw new KernelException(
                Declaration.Name, device.Name, $"{broken.Count} kept weights in row {broken.Row}, columns {broken.Column} to {broken.Column + Declaration.Of - 1}",
                $"exactly {Declaration.Kept} of {Declaration.Of} are stored", "Choose the mask with this pattern.");
    }

    private void RequireCodes(Device device, HostMatrix source, ElementType type)
    {
        if (type != ElementType.Int4) return;
        var codes = MemoryMarshal.Cast<byte, sbyte>(source.Data);
        for (var i = 0; i < codes.Length; i++)
            if (codes[i] is < -8 or > 7)
                throw new KernelException(
                    Declaration.Name, device.Name, $"the integer {codes[i]} at [{i / source.Columns}, {i % source.Columns}]", "Int4 holds -8 to 7", "Pack as Int8.");
    }
}
