namespace Kernels;

/// <summary>
/// The layers of a transformer between products and attention, on one device. Calls run in order on the device's queue and
/// allocate nothing; arguments are checked before anything is written.
/// </summary>
/// <remarks>Values are fp32 unless a parameter says otherwise. One call at a time per device.</remarks>
public abstract class LayerKernels
{
    /// <summary>Creates the layers of <paramref name="device"/>.</summary>
    protected LayerKernels(Device device) => Device = device;

    /// <summary>Where the layers run.</summary>
    public Device Device { get; }

    /// <summary>Root-mean-square norm (arXiv 1910.07467): output = input / √(mean(input²) + ε) · weight, per row.</summary>
    /// <param name="input">[rows, channels], or [batch, tokens, heads, channels] with one norm per head.</param>
    /// <param name="weight">fp32 [1, channels].</param>
    /// <param name="epsilon">ε, at least 0.</param>
    /// <param name="output">The input's shape; may be the input.</param>
    /// <exception cref="KernelException">A tensor has another shape, type or device.</exception>
    public void RmsNorm(Tensor input, Tensor weight, float epsilon, Tensor output)
    {
        const string operation = "rms norm";
        Require(operation, "input", input, ElementType.Float32);
        Require(operation, "output", output, ElementType.Float32);
        RequireRow(operation, "weight", weight, input[input.Rank - 1]);
        RequireSameShape(operation, "output", output, "input", input);
        if (!(epsilon >= 0)) throw Refuse(operation, $"epsilon {epsilon}", "it must be at least 0", "Pass the model's rms_norm_eps.");
        RmsNormCore(AsHeads(input), weight, epsilon, AsHeads(output));
    }

    /// <summary>
    /// Rotary position embedding (arXiv 2104.09864) in place: channel c of the first half of a head's first
    /// <c>width</c> channels turns with channel c + width/2, by the angle of the token's position.
    /// </summary>
    /// <param name="heads">[batch, tokens, heads, channels].</param>
    /// <param name="table">fp32 [positions, width]: cosines in the first width/2 columns, then sines; channels past width stay.</param>
    /// <param name="firstPosition">Position of token 0.</param>
    /// <exception cref="KernelException">A tensor has another shape, or a position lies outside the table.</exception>
    public void Rotate(Tensor heads, Tensor table, int firstPosition)
    {
        const string operation = "rotary embedding";
        Require(operation, "heads", heads, ElementType.Float32);
        Require(operation, "table", table, ElementType.Float32);
        if (heads.Rank != 4) throw Refuse(operation, $"heads {heads}", "four dimensions are needed", "Pass [batch, tokens, heads, channels].");
        if (table.Rank != 2 || table[1] < 2 || table[1] % 2 != 0 || table[1] > heads[3])
            throw Refuse(operation, $"table {table}", $"[positions, width] with an even width of 2 to {heads[3]} is needed", "Pass a table made for this head dimension.");
        if (firstPosition < 0 || firstPosition > table[0] - heads[1])
            throw Refuse(operation, $"positions {firstPosition} to {firstPosition + (long)heads[1] - 1}", $"the table holds {table[0]} positions", "Make a longer table.");
        RotateCore(heads, table, firstPosition);
    }

    /// <summary>Gated activation: output = silu(gate)·up, silu(x) = x / (1 + e⁻ˣ) (arXiv 2002.05202, SwiGLU).</summary>
    /// <param name="gateUp">[rows, 2·channels]: gate in the first half of the columns, up in the second.</param>
    /// <param name="output">[rows, channels].</param>
    /// <exception cref="KernelException">A tensor has another shape, type or device.</exception>
    public void SwiGlu(Tensor gateUp, Tensor output)
    {
        const string operation = "swiglu";
        RequireMatrix(operation, "gateUp", gateUp);
        RequireMatrix(operation, "output", output);
        if (gateUp[0] != output[0] || gateUp[1] != 2L * output[1])
            throw Refuse(operation, $"gateUp {gateUp}", $"output {output} needs twice its columns", "Pass gate and up side by side.");
        SwiGluCore(gateUp, output);
    }

    /// <summary>Sum: output = left + right.</summary>
    /// <param name="left">[rows, channels].</param>
    /// <param name="right">[rows, channels].</param>
    /// <param name="output">[rows, channels]; may be either summand.</param>
    /// <exception cref="KernelException">A tensor has another shape, type or device.</exception>
    public void Add(Tensor left, Tensor right, Tensor output)
    {
        const string operation = "add";
        RequireMatrix(operation, "left", left);
        RequireMatrix(operation, "right", right);
        RequireMatrix(operation, "output", output);
        RequireSameShape(operation, "right", right, "left", left);
        RequireSameShape(operation, "output", output, "left", left);
        AddCore(left, right, output);
    }

    /// <summary>The mean of every row, as one row: global average pooling of an image with channels first.</summary>
    /// <param name="input">[rows, columns].</param>
    /// <param name="output">[1, rows], apart from the input.</param>
    /// <exception cref="KernelException">A tensor has another shape, type or device.</exception>
    public void MeanOfRows(Tensor input, Tensor output)
    {
        const string operation = "mean of rows";
        RequireMatrix(operation, "input", input);
        RequireRow(operation, "output", output, input[0]);
        MeanOfRowsCore(input, output);
    }

    /// <summary>Copies rows of a table: output row i = table row ids[i].</summary>
    /// <param name="table">[entries, channels] in any floating storage.</param>
    /// <param name="ids">Int32 [1, rows].</param>
    /// <param name="output">fp32 [rows, channels].</param>
    /// <exception cref="KernelException">A tensor has another shape, or (where the device can tell) an id lies outside the table.</exception>
    public void Gather(Tensor table, Tensor ids, Tensor output)
    {
        const string operation = "gather";
        Require(operation, "table", table, null);
        Require(operation, "ids", ids, ElementType.Int32);
        RequireMatrix(operation, "output", output);
        if (table.Rank != 2 || !table.Type.IsFloat() || table[1] != output[1])
            throw Refuse(operation, $"table {table}", $"a floating [entries, {output[1]}] table is needed", "Pass the embedding of the model.");
        if (ids.Rank != 2 || ids[0] != 1 || ids[1] != output[0])
            throw Refuse(operation, $"ids {ids}", $"Int32[1, {output[0]}] is needed", "Pass one id for each output row.");
        GatherCore(table, ids, output);
    }

    /// <summary>Copies elements, converting between fp32, bf16 and fp16 (to nearest, ties to even).</summary>
    /// <param name="source">Any floating tensor.</param>
    /// <param name="destination">The same shape.</param>
    /// <exception cref="KernelException">A tensor has another shape, type or device.</exception>
    public void Copy(Tensor source, Tensor destination)
    {
        const string operation = "copy";
        Require(operation, "source", source, null);
        Require(operation, "destination", destination, null);
        RequireSameShape(operation, "destination", destination, "source", source);
        if (!source.Type.IsFloat() || !destination.Type.IsFloat())
            throw Refuse(operation, $"{source} to {destination}", "both must be floating", "Copy integers through the buffers.");
        CopyCore(AsHeads(source), AsHeads(destination));
    }

    /// <summary>Runs the checked norm; both tensors have four dimensions.</summary>
    protected abstract void RmsNormCore(in Tensor input, in Tensor weight, float epsilon, in Tensor output);

    /// <summary>Runs the checked rotation.</summary>
    protected abstract void RotateCore(in Tensor heads, in Tensor table, int firstPosition);

    /// <summary>Runs the checked activation.</summary>
    protected abstract void SwiGluCore(in Tensor gateUp, in Tensor output);

    /// <summary>Runs the checked sum.</summary>
    protected abstract void AddCore(in Tensor left, in Tensor right, in Tensor output);

    /// <summary>Runs the checked mean.</summary>
    protected abstract void MeanOfRowsCore(in Tensor input, in Tensor output);

    /// <summary>Runs the checked gather.</summary>
    protected abstract void GatherCore(in Tensor table, in Tensor ids, in Tensor output);

    /// <summary>Runs the checked copy; both tensors have four dimensions.</summary>
    protected abstract void CopyCore(in Tensor source, in Tensor destination);

    /// <summary>The exception a refused argument deserves.</summary>
    protected KernelException Refuse(string operation, string received, string limit, string remedy) =>
        new(operation, Device.Name, received, limit, remedy);

    // One walk serves both ranks: a matrix is rows of one head.
    private static Tensor AsHeads(in Tensor tensor) => tensor.Rank == 4
        ? tensor
        : Tensor.Heads(tensor.Buffer, tensor.Type, 1, tensor[0], 1, tensor[1], tensor.Offset, 0, tensor.Stride(0), tensor[1]);

    private void Require(string operation, string what, in Tensor tensor, ElementType? type)
    {
        if (tensor.Buffer is null) throw Refuse(operation, $"no {what}", "a tensor is required", "Pass a tensor made with Tensor.Matrix or Tensor.Heads.");
        if (tensor.Buffer.Device != Device)
            throw Refuse(operation, $"{what} on {tensor.Buffer.Device.Name}", $"these layers run on {Device.Name}", "Copy the tensor to the device.");
        if (type is { } required && tensor.Type != required)
            throw Refuse(operation, $"{what} {tensor}", $"{required} is needed", "Convert it with Copy.");
    }

    private void RequireMatrix(string operation, string what, in Tensor tensor)
    {
        Require(operation, what, tensor, ElementType.Float32);
        if (tensor.Rank != 2) throw Refuse(operation, $"{what} {tensor}", "two dimensions are needed", "Pass [rows, channels].");
    }

    private void RequireRow(string operation, string what, in Tensor tensor, int channels)
    {
        RequireMatrix(operation, what, tensor);
        if (tensor[0] != 1 || tensor[1] != channels)
            throw Refuse(operation, $"{what} {tensor}", $"Float32[1, {channels}] is needed", "Pass one value for each channel.");
    }

    private void RequireSameShape(string operation, string what, in Tensor tensor, string other, in Tensor expected)
    {
        var same = tensor.Rank == expected.Rank;
        for (var axis = 0; same && axis < tensor.Rank; axis++) same = tensor[axis] == expected[axis];
        if (!same) throw Refuse(operation, $"{what} {tensor}", $"{other} is {expected}", "Pass tensors of one shape.");
    }
}
