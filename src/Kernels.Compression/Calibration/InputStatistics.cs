namespace Kernels.Compression;

/// <summary>Sums over the inputs of a linear layer: Σx, Σx² and, where asked for, ΣXXᵀ, in fp64.</summary>
/// <remarks>Not thread-safe. Results do not depend on the number of threads.</remarks>
public sealed unsafe class InputStatistics
{
    private readonly double[] _sums, _squares;
    private readonly double[]? _gram;

    /// <summary>Starts at zero.</summary>
    /// <param name="columns">Inputs of the layer.</param>
    /// <param name="gram">Whether to sum XXᵀ, columns² values.</param>
    public InputStatistics(int columns, bool gram = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        Columns = columns;
        _sums = new double[columns];
        _squares = new double[columns];
        if (gram) _gram = new double[checked(columns * columns)];
    }

    /// <summary>Inputs of the layer.</summary>
    public int Columns { get; }

    /// <summary>Sequences seen.</summary>
    public int Sequences { get; private set; }

    /// <summary>Tokens seen.</summary>
    public long Tokens { get; private set; }

    /// <summary>Σx over all tokens, per input.</summary>
    public ReadOnlySpan<double> Sums => _sums;

    /// <summary>Σx² over all tokens, per input.</summary>
    public ReadOnlySpan<double> Squares => _squares;

    /// <summary>Whether XXᵀ is summed.</summary>
    public bool HasGram => _gram is not null;

    /// <summary>An element of ΣXXᵀ.</summary>
    /// <exception cref="InvalidOperationException">It was not summed.</exception>
    public double Gram(int i, int j) => (_gram ?? throw NoGram())[Math.Min(i, j) * Columns + Math.Max(i, j)];

    /// <summary>Adds the tokens of one sequence.</summary>
    /// <param name="inputs">[tokens, columns] row-major.</param>
    /// <exception cref="SparsityException">The length is not a whole number of tokens, or a value is not finite.</exception>
    public void Add(ReadOnlySpan<float> inputs)
    {
        var tokens = inputs.Length / Columns;
        if (tokens < 1 || tokens * Columns != inputs.Length)
            throw new SparsityException("calibration inputs", $"{inputs.Length} values", $"a whole number of tokens of {Columns} inputs is needed", "Pass [tokens, columns].");
        for (var i = 0; i < inputs.Length; i++)
            if (!float.IsFinite(inputs[i]))
                throw new SparsityException("calibration inputs", $"{inputs[i]} for input {i % Columns} of token {i / Columns}", "inputs are finite", "Check the model and the calibration text.");
        for (var i = 0; i < inputs.Length; i++)
        {
            double x = inputs[i];
            _sums[i % Columns] += x;
            _squares[i % Columns] += x * x;
        }

        if (_gram is not null) AddGram(inputs, tokens);
        Tokens += tokens;
        Sequences++;
    }

    /// <summary>The same sums with the inputs in another order.</summary>
    /// <param name="order">Old positions: new input i is old input order[i].</param>
    /// <exception cref="SparsityException">The order is not of as many inputs.</exception>
    public InputStatistics Reordered(ReadOnlySpan<int> order)
    {
        if (order.Length != Columns)
            throw new SparsityException("input statistics", $"an order of {order.Length}", $"there are {Columns} inputs", "Pass a position for every input.");
        var reordered = new InputStatistics(Columns, HasGram) { Sequences = Sequences, Tokens = Tokens };
        for (var i = 0; i < Columns; i++)
        {
            (reordered._sums[i], reordered._squares[i]) = (_sums[order[i]], _squares[order[i]]);
            for (var j = i; HasGram && j < Columns; j++) reordered._gram![i * Columns + j] = Gram(order[i], order[j]);
        }

        return reordered;
    }

    /// <summary>v_j: the mean over sequences of Σ x_j² (the square Wanda weighs magnitudes by).</summary>
    internal double MeanSquare(int j) => _squares[j] / Sequences;

    /// <summary>s_j: the mean over sequences of Σ x_j.</summary>
    internal double MeanSum(int j) => _sums[j] / Sequences;

    /// <summary>Variance of x_j over all tokens.</summary>
    internal double Variance(int j) => Math.Max(0, _squares[j] / Tokens - _sums[j] / Tokens * (_sums[j] / Tokens));

    /// <summary>H = (2 / sequences)·ΣXXᵀ, its upper part; a copy.</summary>
    internal double[] Hessian()
    {
        var hessian = (double[])(_gram ?? throw NoGram()).Clone();
        var scale = 2.0 / Sequences;
        for (var i = 0; i < hessian.Length; i++) hessian[i] *= scale;
        return hessian;
    }

    private void AddGram(ReadOnlySpan<float> inputs, int tokens)
    {
        var wide = new double[inputs.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = inputs[i];
        fixed (double* x = wide, gram = _gram)
        {
            var rows = new MatrixView(x, tokens, Columns, Columns);
            BlockProduct.Add(1, rows.Transposed, rows, new MatrixView(gram, Columns, Columns, Columns), upperOnly: true);
        }
    }

    private static InvalidOperationException NoGram() => new("The statistics were made without XXᵀ; ask for it when they are made.");
}
