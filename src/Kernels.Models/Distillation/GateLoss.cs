namespace Kernels.Models;

/// <summary>
/// The divergence of a gate from the attention it should foretell, KL(target ‖ softmax(q·k/√width)), the mean over the rows that count, and its gradient.
/// </summary>
/// <remarks>Not thread-safe; keeps its workspace between calls.</remarks>
internal sealed class GateLoss(GateWeights weights, PositionTurns turns, int block)
{
    private readonly int _width = weights.Width;
    private readonly double _scale = turns.Factor * turns.Factor / Math.Sqrt(weights.Width);
    private double[] _queries = [], _keys = [], _queryGradients = [], _keyGradients = [];

    /// <summary>Logits of a row's visible blocks; <see cref="Project"/> has been called for the example.</summary>
    public double[] Logits(GateExample example, int row)
    {
        var logits = new double[example.Visible[row]];
        var query = _queries.AsSpan(row * _width, _width);
        for (var b = 0; b < logits.Length; b++) logits[b] = _scale * RowArithmetic.Dot(query, _keys.AsSpan(b * _width, _width));
        if (!example.IsOwnComplete[row]) logits[^1] = 0;
        return logits;
    }

    /// <summary>Projects and rotates the queries and keys of an example.</summary>
    public void Project(GateExample example)
    {
        _queries = Sized(_queries, example.Rows * _width);
        _keys = Sized(_keys, example.Keys.Length / weights.KeyInputs * _width);
        for (var row = 0; row < example.Rows; row++)
        {
            var target = _queries.AsSpan(row * _width, _width);
            var inputs = example.Queries.AsSpan(row * weights.QueryInputs, weights.QueryInputs);
            if (weights.Query.Length == 0) inputs.CopyTo(target);
            else Multiply(inputs, weights.Query, target);
            turns.Turn(target, example.Positions[row], 1);
        }

        for (var b = 0; b < example.Keys.Length / weights.KeyInputs; b++)
        {
            var target = _keys.AsSpan(b * _width, _width);
            Multiply(example.Keys.AsSpan(b * weights.KeyInputs, weights.KeyInputs), weights.Key, target);
            turns.Turn(target, b * block, 1);
        }
    }

    /// <summary>The loss of an example.</summary>
    public double Value(GateExample example)
    {
        Project(example);
        double sum = 0;
        for (var row = example.FirstRow; row < example.Rows; row++) sum += Divergence(example.Targets[row], Logits(example, row), []);
        return sum / (example.Rows - example.FirstRow);
    }

    /// <summary>The loss of an example; adds its gradient by the weights.</summary>
    public double Gradient(GateExample example, Span<double> queryGradient, Span<double> keyGradient)
    {
        Project(example);
        _queryGradients = Cleared(_queryGradients, example.Rows * _width);
        _keyGradients = Cleared(_keyGradients, example.Keys.Length / weights.KeyInputs * _width);
        double sum = 0;
        var rows = example.Rows - example.FirstRow;
        for (var row = example.FirstRow; row < example.Rows; row++)
        {
            var logits = Logits(example, row);
            var slopes = new double[logits.Length];
            sum += Divergence(example.Targets[row], logits, slopes);
            if (!example.IsOwnComplete[row]) slopes[^1] = 0;
            var query = _queries.AsSpan(row * _width, _width);
            for (var b = 0; b < slopes.Length; b++)
            {
                var slope = slopes[b] * _scale / rows;
                RowArithmetic.Add(slope, _keys.AsSpan(b * _width, _width), _queryGradients.AsSpan(row * _width, _width));
                RowArithmetic.Add(slope, query, _keyGradients.AsSpan(b * _width, _width));
            }
        }

        if (weights.Query.Length > 0)
            for (var row = example.FirstRow; row < example.Rows; row++)
                Accumulate(_queryGradients.AsSpan(row * _width, _width), example.Positions[row], example.Queries.AsSpan(row * weights.QueryInputs, weights.QueryInputs), queryGradient);
        for (var b = 0; b < example.Keys.Length / weights.KeyInputs; b++)
            Accumulate(_keyGradients.AsSpan(b * _width, _width), b * block, example.Keys.AsSpan(b * weights.KeyInputs, weights.KeyInputs), keyGradient);
        return sum / rows;
    }

    // Back through the rotation and the projection.
    private void Accumulate(Span<double> slopes, int position, ReadOnlySpan<double> inputs, Span<double> gradient)
    {
        turns.Turn(slopes, position, -1);
        for (var i = 0; i < inputs.Length; i++) RowArithmetic.Add(inputs[i], slopes, gradient.Slice(i * _width, _width));
    }

    private void Multiply(ReadOnlySpan<double> inputs, double[] matrix, Span<double> target)
    {
        target.Clear();
        for (var i = 0; i < inputs.Length; i++) RowArithmetic.Add(inputs[i], matrix.AsSpan(i * _width, _width), target);
    }

    /// <summary>Σ t·(ln t − ln softmax); <paramref name="slopes"/>, where asked for, receive softmax − t.</summary>
    private static double Divergence(double[] targets, double[] logits, Span<double> slopes)
    {
        var top = logits.Max();
        double sum = 0, divergence = 0;
        foreach (var logit in logits) sum += Math.Exp(logit - top);
        var total = top + Math.Log(sum);
        for (var b = 0; b < logits.Length; b++)
        {
            if (targets[b] > 0) divergence += targets[b] * (Math.Log(targets[b]) - logits[b] + total);
            if (!slopes.IsEmpty) slopes[b] = Math.Exp(logits[b] - total) - targets[b];
        }

        return divergence;
    }

    private static double[] Sized(double[] buffer, int length) => buffer.Length >= length ? buffer : new double[length];

    private static double[] Cleared(double[] buffer, int length)
    {
        if (buffer.Length < length) return new double[length];
        Array.Clear(buffer);
        return buffer;
    }
}
