namespace Kernels;

/// <summary>A product made ready for one device and one largest shape.</summary>
/// <remarks>One run at a time per plan; several plans may run at once. Running allocates nothing.</remarks>
public abstract class MatMulPlan : IDisposable
{
    /// <summary>Creates the plan.</summary>
    protected MatMulPlan(Device device, MatMulDeclaration declaration, in MatMulShape shape)
    {
        Device = device;
        Declaration = declaration;
        Shape = shape;
    }

    /// <summary>Where the plan runs.</summary>
    public Device Device { get; }

    /// <summary>What was declared.</summary>
    public MatMulDeclaration Declaration { get; }

    /// <summary>The largest problem the plan holds.</summary>
    public MatMulShape Shape { get; }

    /// <summary>Bytes of workspace the plan owns.</summary>
    public abstract long WorkspaceBytes { get; }

    /// <summary>Runs the product: output = epilogue(input·weightsᵀ), or epilogue(input·weights) where a transposed one was planned.</summary>
    /// <param name="input">[rows, inputs], or [rows, outputs] of a transposed product; stored as planned.</param>
    /// <param name="weights">Weights packed by the same kernel for the same device.</param>
    /// <param name="output">[rows, outputs], or [rows, inputs] of a transposed product; stored as planned.</param>
    /// <exception cref="KernelException">A tensor does not fit the plan; nothing was launched.</exception>
    public void Run(Tensor input, PackedWeights weights, Tensor output)
    {
        var (from, to) = Shape.Transposed ? (Shape.Outputs, Shape.Inputs) : (Shape.Inputs, Shape.Outputs);
        Check("input", input, from, Shape.InputType);
        Check("output", output, to, Shape.OutputType);
        if (input[0] != output[0])
            throw Refuse($"{output[0]} output rows", $"there are {input[0]} input rows", "Pass tensors of equal rows.");
        if (weights is null || weights.Device != Device || weights.Inputs != Shape.Inputs || weights.Outputs != Shape.Outputs
            || weights.Type != Shape.WeightType)
            throw Refuse(
                weights is null ? "no weights" : $"{weights.Type}[{weights.Outputs}, {weights.Inputs}] weights on {weights.Device.Name}",
                $"{Shape.WeightType}[{Shape.Outputs}, {Shape.Inputs}] on {Device.Name} was planned", "Pack the weights with this kernel for this device.");
        CheckOverlap(input, output);
        RunCore(input, weights, output);
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Launches the checked run.</summary>
    protected abstract void RunCore(in Tensor input, PackedWeights weights, in Tensor output);

    /// <summary>The exception a refused argument deserves.</summary>
    protected KernelException Refuse(string received, string limit, string remedy) =>
        new(Declaration.Name, Device.Name, received, limit, remedy);

    private void Check(string what, in Tensor tensor, int columns, ElementType type)
    {
        if (tensor.Buffer is null) throw Refuse($"no {what}", "a tensor is required", "Pass a tensor made with Tensor.Matrix.");
        if (tensor.Buffer.Device != Device)
            throw Refuse($"{what} on {tensor.Buffer.Device.Name}", $"the plan runs on {Device.Name}", "Copy the tensor to the plan's device.");
        if (tensor.Rank != 2 || tensor.Type != type || tensor[1] != columns)
            throw Refuse($"{what} {tensor}", $"{type}[rows, {columns}] was planned", "Plan again with the tensor's shape.");
        if (tensor[0] < 1 || tensor[0] > Shape.Rows)
            throw Refuse($"{what} {tensor}", $"the plan holds 1 to {Shape.Rows} rows", "Plan again with a larger shape.");
    }

    private void CheckOverlap(in Tensor input, in Tensor output)
    {
        if (output.Stride(0) < output[1] && output[0] > 1)
            throw Refuse($"output rows {output.Stride(0)} elements apart", $"a row has {output[1]}", "Pass a tensor whose rows do not overlap.");
        var inputEnd = input.Offset + (input[0] - 1) * input.Stride(0) + input[1];
        var outputEnd = output.Offset + (output[0] - 1) * output.Stride(0) + output[1];
        if (input.Buffer == output.Buffer && input.Offset < outputEnd && output.Offset < inputEnd && !Interleaved(input, output))
            throw Refuse("an output that overlaps the input", "products are not computed in place", "Pass another output tensor.");
    }

    /// <summary>Whether two overlapping ranges are column slices of one matrix with no column in common.</summary>
    private static bool Interleaved(in Tensor input, in Tensor output)
    {
        var stride = input.Stride(0);
        if (stride != output.Stride(0) || stride == 0) return false;
        var (a, b) = (input.Offset % stride, output.Offset % stride);
        return a + input[1] <= stride && b + output[1] <= stride && (a + input[1] <= b || b + output[1] <= a);
    }
}
