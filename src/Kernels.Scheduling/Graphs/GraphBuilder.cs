namespace Kernels.Scheduling;

/// <summary>Builds a graph, operation by operation, in the order they will run.</summary>
/// <example>
/// <code>
/// var builder = new GraphBuilder("head");
/// var hidden = builder.Input("hidden", 192);
/// var logits = builder.Product("logits", Projections.Dense, head, builder.RmsNorm("norm", hidden, weight, 1e-5f));
/// var graph = builder.Build(logits);
/// </code>
/// </example>
public sealed class GraphBuilder
{
    private readonly string _name;
    private readonly List<Operation> _operations = [];
    private readonly List<GraphValue> _values = [];
    private readonly List<GraphState> _states = [];
    private readonly HashSet<string> _names = [];
    private readonly List<ObservedKeys> _observed = [];

    /// <summary>Starts an empty graph.</summary>
    /// <param name="name">What it computes, for messages.</param>
    public GraphBuilder(string name) => _name = name;

    /// <summary>Token ids the caller writes before a run, Int32 [1, tokens].</summary>
    public GraphValue Tokens(string name) => Value(name, RowCount.Tokens, 1, ElementType.Int32, isInput: true);

    /// <summary>Activations the caller writes before a run, fp32 [tokens, columns].</summary>
    public GraphValue Input(string name, int columns) => Value(name, RowCount.Tokens, columns, isInput: true);

    /// <summary>An image the caller writes before a run, fp32 [channels, pixels].</summary>
    public GraphValue Image(string name, int channels, int pixels) => Value(name, RowCount.Of(channels), pixels, isInput: true);

    /// <summary>Rows that outlive a run, such as a layer's keys.</summary>
    public GraphState State(string name, int heads, int headDim, ElementType type = ElementType.Float32)
    {
        Unique(name);
        return Add(new GraphState(_states.Count, name, heads, headDim, type, null));
    }

    /// <summary>Keeps the latest queries of a layer, so that <see cref="StateSet.Compact"/> can choose which of its keys stay.</summary>
    /// <param name="name">Name of the operation.</param>
    /// <param name="queries">The run's queries.</param>
    /// <param name="window">How many tokens' queries are kept.</param>
    /// <param name="keys">The layer's keys.</param>
    /// <param name="values">The layer's values.</param>
    public void Observe(string name, ValueSlice queries, int window, GraphState keys, GraphState values)
    {
        Floating(name, queries);
        Unique(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        RequireQueries(name, queries, keys, values);
        var latest = Add(new GraphState(_states.Count, name, queries.Columns / keys.HeadDim, keys.HeadDim, ElementType.Float32, window));
        _observed.Add(new ObservedKeys(latest, keys, values));
        Add(new ObserveOperation(name, queries, latest));
    }

    /// <summary>Attention of one token over compacted keys and values, to which its own are appended.</summary>
    /// <param name="name">Name of the operation.</param>
    /// <param name="kernel">Visits the keys of an index, without causality.</param>
    /// <param name="queries">The token's queries.</param>
    /// <param name="keyRows">The token's keys.</param>
    /// <param name="valueRows">The token's values.</param>
    /// <param name="keys">The keys that were compacted.</param>
    /// <param name="values">The values that were compacted.</param>
    public GraphValue CompactedAttention(
        string name, AttentionKernel kernel, ValueSlice queries, ValueSlice keyRows, ValueSlice valueRows, GraphState keys, GraphState values)
    {
        foreach (var slice in (ReadOnlySpan<ValueSlice>)[queries, keyRows, valueRows]) Floating(name, slice);
        RequireQueries(name, queries, keys, values);
        if (keyRows.Columns != keys.Heads * keys.HeadDim || valueRows.Columns != keyRows.Columns)
            throw Mismatch(name, $"{keyRows.Columns} key and {valueRows.Columns} value columns", $"state {keys.Name} holds {keys.Heads} heads of {keys.HeadDim}");
        var output = Value(name, queries.Value.Rows, queries.Columns);
        return Add(new CompactedAttentionOperation(name, kernel, queries, keyRows, valueRows, keys, output), output);
    }

    /// <summary>Rows of an embedding table.</summary>
    public GraphValue Gather(string name, Weight table, GraphValue ids)
    {
        Known(ids);
        if (ids.Type != ElementType.Int32) throw Mismatch(name, $"ids {ids}", "Int32 token ids are needed");
        var output = Value(name, ids.Rows, table.Columns);
        return Add(new GatherOperation(name, table, ids, output), output);
    }

    /// <summary>Root-mean-square norm of every row, or of every group of <c>weight.Columns</c> columns (heads).</summary>
    public GraphValue RmsNorm(string name, ValueSlice input, Weight weight, float epsilon)
    {
        Floating(name, input);
        if (weight.Rows != 1 || weight.Columns != input.Columns) throw Mismatch(name, $"weight {weight}", $"[1, {input.Columns}] is needed");
        var output = Value(name, input.Value.Rows, input.Columns);
        return Add(new RmsNormOperation(name, input, weight, epsilon, output, 1), output);
    }

    /// <summary>Root-mean-square norm of every head, in place.</summary>
    public void NormHeads(string name, ValueSlice heads, Weight weight, float epsilon)
    {
        Floating(name, heads);
        if (weight.Rows != 1 || heads.Columns % weight.Columns != 0)
            throw Mismatch(name, $"weight {weight}", $"[1, head dim] with a head dim that divides {heads.Columns} is needed");
        Add(new RmsNormOperation(name, heads, weight, epsilon, heads, heads.Columns / weight.Columns));
    }

    /// <summary>A linear layer: input · weightᵀ + bias + operand, with the kernel's epilogue.</summary>
    /// <param name="name">Name of the operation and of its value.</param>
    /// <param name="kernel">What multiplies.</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="input">[rows, inputs].</param>
    /// <param name="bias">[1, outputs], or null.</param>
    /// <param name="operand">[rows, outputs], or null: a residual connection, or what the kernel's epilogue takes beside every sum.</param>
    public GraphValue Product(string name, MatMulKernel kernel, Weight weight, ValueSlice input, Weight? bias = null, GraphValue? operand = null) =>
        Product(name, new WeightUse(kernel, weight.Type), weight, input, bias, operand);

    /// <inheritdoc cref="Product(string, MatMulKernel, Weight, ValueSlice, Weight, GraphValue)"/>
    public GraphValue Product(string name, WeightUse use, Weight weight, ValueSlice input, Weight? bias = null, GraphValue? operand = null)
    {
        Floating(name, input);
        if (weight.Columns != input.Columns) throw Mismatch(name, $"weight {weight}", $"{input.Columns} columns are needed");
        if (bias is not null && (bias.Rows != 1 || bias.Columns != weight.Rows)) throw Mismatch(name, $"bias {bias}", $"[1, {weight.Rows}] is needed");
        if (operand is not null)
        {
            Floating(name, operand);
            if (operand.Columns != weight.Rows || operand.Rows != input.Value.Rows)
                throw Mismatch(name, $"operand {operand}", $"the shape of the result is needed, {weight.Rows} columns");
        }
        else if (use.Kernel.Declaration.NeedsOperand)
        {
            throw Mismatch(name, "no operand", $"the epilogue {use.Kernel.Declaration.Epilogue} takes one");
        }

        var output = Value(name, input.Value.Rows, weight.Rows);
        return Add(new ProductOperation(name, use, weight, input, bias, operand, output), output);
    }

    /// <summary>Rotary embedding in place, by the positions of the run's tokens.</summary>
    /// <param name="name">Name of the operation.</param>
    /// <param name="heads">Heads side by side.</param>
    /// <param name="headDim">Channels of a head.</param>
    /// <param name="table">fp32 [positions, rotated width]: cosines, then sines.</param>
    public void Rotate(string name, ValueSlice heads, int headDim, Weight table)
    {
        Floating(name, heads);
        if (headDim < 1 || heads.Columns % headDim != 0) throw Mismatch(name, $"head dimension {headDim}", $"a divisor of {heads.Columns} is needed");
        Add(new RotateOperation(name, heads, headDim, table));
    }

    /// <summary>Appends the run's rows to a state.</summary>
    public void Append(string name, ValueSlice rows, GraphState state)
    {
        Floating(name, rows);
        if (rows.Columns != state.Heads * state.HeadDim)
            throw Mismatch(name, $"{rows.Columns} columns", $"state {state.Name} holds {state.Heads} heads of {state.HeadDim}");
        Add(new AppendOperation(name, rows, state));
    }

    /// <summary>Attention of the run's queries over everything appended so far.</summary>
    /// <param name="name">Name in explanations.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="queries">[tokens, query heads · head dim].</param>
    /// <param name="keys">Every key so far.</param>
    /// <param name="values">Every value so far.</param>
    /// <param name="gate">The layer's gate, for kernels that select by one.</param>
    /// <param name="centroids">The layer's centroids, [centroids, key heads · head dim], for kernels that route to clusters.</param>
    public GraphValue Attention(
        string name, AttentionKernel kernel, ValueSlice queries, GraphState keys, GraphState values, AttentionGate? gate = null, Weight? centroids = null)
    {
        Floating(name, queries);
        RequireQueries(name, queries, keys, values);
        var output = Value(name, queries.Value.Rows, queries.Columns);
        if (centroids is not null && centroids.Columns != keys.Heads * keys.HeadDim)
            throw Mismatch(name, $"{centroids}", $"state {keys.Name} holds {keys.Heads} heads of {keys.HeadDim}");
        return Add(new AttentionOperation(name, kernel, queries, keys, values, gate, centroids, output), output);
    }

    /// <summary>silu(gate)·up of a value that holds both side by side.</summary>
    public GraphValue SwiGlu(string name, GraphValue gateUp)
    {
        Floating(name, gateUp);
        if (gateUp.Columns % 2 != 0) throw Mismatch(name, $"{gateUp}", "an even number of columns is needed");
        var output = Value(name, gateUp.Rows, gateUp.Columns / 2);
        return Add(new SwiGluOperation(name, gateUp, output), output);
    }

    /// <summary>Sum of two values.</summary>
    public GraphValue Add(string name, GraphValue left, GraphValue right)
    {
        Floating(name, left);
        Floating(name, right);
        if (left.Columns != right.Columns || left.Rows != right.Rows) throw Mismatch(name, $"{left} and {right}", "equal shapes are needed");
        var output = Value(name, left.Rows, left.Columns);
        return Add(new AddOperation(name, left, right, output), output);
    }

    /// <summary>A convolution of an image of [channels, pixels].</summary>
    /// <param name="name">Name of the operation and of its value.</param>
    /// <param name="kernel">Window and epilogue.</param>
    /// <param name="filters">Weights and bias.</param>
    /// <param name="input">[inputs, height × width].</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="residual">Added before the epilogue, or null.</param>
    public GraphValue Convolution(string name, ConvolutionKernel kernel, ConvolutionFilters filters, GraphValue input, int height, GraphValue? residual = null)
    {
        var (channels, width) = RequireImage(name, input, height);
        var window = kernel.Declaration.Window;
        if (filters.Matrix.Columns != channels * window.Taps)
            throw Mismatch(name, $"filters {filters}", $"{channels * window.Taps} columns are needed: {channels} channels × {window.Taps} taps");
        var output = Value(name, RowCount.Of(filters.Matrix.Rows), Pixels(name, window, height, width));
        if (residual is not null)
        {
            Floating(name, residual);
            if (residual.Rows != output.Rows || residual.Columns != output.Columns) throw Mismatch(name, $"residual {residual}", $"the shape of {output} is needed");
        }

        var shape = new ConvolutionShape(channels, filters.Matrix.Rows, height, width);
        return Add(new ConvolutionOperation(name, kernel, filters, shape, input, residual, output), output);
    }

    /// <summary>A depthwise convolution of an image of [channels, pixels].</summary>
    /// <param name="name">Name of the operation and of its value.</param>
    /// <param name="kernel">Window and epilogue.</param>
    /// <param name="windows">[channels, taps].</param>
    /// <param name="bias">[1, channels].</param>
    /// <param name="input">[channels, height × width].</param>
    /// <param name="height">Rows of the image.</param>
    public GraphValue Depthwise(string name, DepthwiseKernel kernel, Weight windows, Weight bias, GraphValue input, int height)
    {
        var (channels, width) = RequireImage(name, input, height);
        var window = kernel.Declaration.Window;
        if (windows.Rows != channels || windows.Columns != window.Taps) throw Mismatch(name, $"windows {windows}", $"[{channels}, {window.Taps}] is needed");
        if (bias.Rows != 1 || bias.Columns != channels) throw Mismatch(name, $"bias {bias}", $"[1, {channels}] is needed");
        var output = Value(name, input.Rows, Pixels(name, window, height, width));
        return Add(new DepthwiseOperation(name, kernel, windows, bias, new DepthwiseShape(channels, height, width), input, output), output);
    }

    /// <summary>The mean of every row of [rows, columns], as one row: global average pooling.</summary>
    public GraphValue MeanOfRows(string name, GraphValue input)
    {
        Floating(name, input);
        if (input.Rows == RowCount.Tokens) throw Mismatch(name, $"{input}", "a number of rows that does not change is needed");
        var output = Value(name, RowCount.One, input.Rows.In(1));
        return Add(new MeanOperation(name, input, output), output);
    }

    /// <summary>The row of the run's last token.</summary>
    public GraphValue LastRow(string name, GraphValue input)
    {
        Floating(name, input);
        var output = Value(name, RowCount.One, input.Columns);
        return Add(new LastRowOperation(name, input, output), output);
    }

    /// <summary>Ends the graph.</summary>
    /// <param name="outputs">Values that must be readable after a run; others share memory.</param>
    /// <exception cref="ArgumentException">An output is not a value of this graph.</exception>
    public Graph Build(params ReadOnlySpan<GraphValue> outputs)
    {
        foreach (var output in outputs) Known(output);
        return new Graph(_name, [.. _operations], [.. _values], [.. _states], [.. outputs], [.. _observed]);
    }

    private (int Channels, int Width) RequireImage(string operation, GraphValue image, int height)
    {
        Floating(operation, image);
        if (image.Rows == RowCount.Tokens || height < 1 || image.Columns % height != 0)
            throw Mismatch(operation, $"{image} of {height} rows of pixels", "an image of [channels, height × width] is needed");
        return (image.Rows.In(1), image.Columns / height);
    }

    private int Pixels(string operation, ConvolutionWindow window, int height, int width)
    {
        var fit = window.Fits(height, width);
        if (!fit.IsSupported) throw Mismatch(operation, $"an image of {height} × {width}", fit.Reason!);
        return window.Count(height) * window.Count(width);
    }

    private GraphValue Add(Operation operation, GraphValue output)
    {
        Add(operation);
        return output;
    }

    private void Add(Operation operation) => _operations.Add(operation);

    private GraphState Add(GraphState state)
    {
        _states.Add(state);
        return state;
    }

    private void RequireQueries(string name, ValueSlice queries, GraphState keys, GraphState values)
    {
        if (keys.HeadDim != values.HeadDim || keys.Heads != values.Heads || keys.Type != values.Type)
            throw Mismatch(name, $"keys {keys.Name} and values {values.Name}", "they must have one shape and storage");
        if (queries.Columns % keys.HeadDim != 0) throw Mismatch(name, $"{queries.Columns} query columns", $"whole heads of {keys.HeadDim} are needed");
    }

    private GraphValue Value(string name, RowCount rows, int columns, ElementType type = ElementType.Float32, bool isInput = false)
    {
        Unique(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        var value = new GraphValue(_values.Count, name, rows, columns, type, isInput);
        _values.Add(value);
        return value;
    }

    private void Unique(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_names.Add(name)) throw new ArgumentException($"Graph {_name} already has a '{name}'; names must differ.", nameof(name));
    }

    private void Known(GraphValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Id >= _values.Count || _values[value.Id] != value)
            throw new ArgumentException($"{value} is not a value of graph {_name}; use values this builder returned.", nameof(value));
    }

    private void Floating(string operation, ValueSlice slice)
    {
        Known(slice.Value);
        if (slice.Value.Type != ElementType.Float32) throw Mismatch(operation, $"{slice.Value}", "fp32 activations are needed");
    }

    private ArgumentException Mismatch(string operation, string received, string limit) =>
        new($"{operation} of graph {_name} received {received}, but {limit}.");
}
