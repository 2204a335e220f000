namespace Kernels;

/// <summary>A product made ready for one device and one largest shape.</summary>
/// <remarks>
/// One run at a time per plan; several plans may run at once. Running allocates nothing, but for the first transposed run past weights in groups
/// on a GPU, which sorts their stored inputs: eight bytes each, held and counted with the weights.
/// </remarks>
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

    /// <summary>Runs the product: output = epilogue(input·weightsᵀ + bias + operand), or epilogue(input·weights + operand) where a transposed one was planned.</summary>
    /// <param name="input">[rows, inputs], or [rows, outputs] of a transposed product; stored as planned.</param>
    /// <param name="weights">Weights packed by the same kernel for the same device.</param>
    /// <param name="output">[rows, outputs], or [rows, inputs] of a transposed product; stored as planned.</param>
    /// <param name="operand">
    /// Shaped and stored as the output, which it may be: what an epilogue of two parameters receives beside every sum, and what is
    /// added to the sums otherwise. Only such an epilogue requires one.
    /// </param>
    /// <exception cref="KernelException">A tensor does not fit the plan; nothing was launched.</exception>
    public void Run(Tensor input, PackedWeights weights, Tensor output, Tensor operand = default)
    {
        var (from, to) = (Shape.InputColumns, Shape.OutputColumns);
        Check("input", input, from, Shape.InputType);
        Check("output", output, to, Shape.OutputType);
        if (input[0] != output[0])
            throw Refuse($"{output[0]} output rows", $"there are {input[0]} input rows", "Pass tensors of equal rows.");
        if (weights is null || weights.Device != Device || weights.Inputs != Shape.Inputs || weights.Outputs != Shape.Outputs
            || weights.Type != Shape.WeightType)
            throw Refuse(
                weights is null ? "no weights" : $"{weights.Type}[{weights.Outputs}, {weights.Inputs}] weights on {weights.Device.Name}",
                $"{Shape.WeightType}[{Shape.Outputs}, {Shape.Inputs}] on {Device.Name} was planned", "Pack the weights with this kernel for this device.");
        if (Shape.Transposed && weights.Bias is not null)
            throw Refuse("weights with a bias, used transposed", "a bias belongs to outputs, which are inputs here", "Pack the weights without a bias for this use.");
        CheckOverlap(input, output);
        CheckOperand(output, operand, to);
        RunCore(input, weights, output, operand);
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Launches the checked run.</summary>
    protected abstract void RunCore(in Tensor input, PackedWeights weights, in Tensor output, in Tensor operand);

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

    private void CheckOperand(in Tensor output, in Tensor operand, int columns)
    {
        if (operand.Buffer is null)
        {
            if (Declaration.NeedsOperand) throw Refuse("no operand", $"the epilogue {Declaration.Epilogue} takes one", "Pass a tensor of the output's shape.");
            return;
        }

        Check("operand", operand, columns, Shape.OutputType);
        if (operand[0] != output[0])
            throw Refuse($"{operand[0]} operand rows", $"there are {output[0]} output rows", "Pass tensors of equal rows.");
        var isOutput = operand.Buffer == output.Buffer && operand.Offset == output.Offset && operand.Stride(0) == output.Stride(0);
        if (!isOutput && Overlap(operand, output) && !Interleaved(operand, output))
            throw Refuse("an output that overlaps a part of the operand", "they must be the same tensor or apart", "Pass another output tensor.");
    }

    private void CheckOverlap(in Tensor input, in Tensor output)
    {
        if (output.Stride(0) < output[1] && output[0] > 1)
            throw Refuse($"output rows {output.Stride(0)} elements apart", $"a row has {output[1]}", "Pass a tensor whose rows do not overlap.");
        if (Overlap(input, output) && !Interleaved(input, output))
            throw Refuse("an output that overlaps the input", "products are not computed in place", "Pass another output tensor.");
    }

    private static bool Overlap(in Tensor left, in Tensor right) =>
        left.Buffer == right.Buffer && left.Offset < End(right) && right.Offset < End(left);

    private static long End(in Tensor tensor) => tensor.Offset + (tensor[0] - 1) * tensor.Stride(0) + tensor[1];

    /// <summary>Whether two overlapping ranges are column slices of one matrix with no column in common.</summary>
    private static bool Interleaved(in Tensor input, in Tensor output)
    {
        var stride = input.Stride(0);
        if (stride != output.Stride(0) || stride == 0) return false;
        var (a, b) = (input.Offset % stride, output.Offset % stride);
        return a + input[1] <= stride && b + output[1] <= stride && (a + input[1] <= b || b + output[1] <= a);
    }
}
