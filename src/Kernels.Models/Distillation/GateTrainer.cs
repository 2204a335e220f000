namespace Kernels.Models;

/// <summary>Trains one gate on its examples, and measures it before and after.</summary>
internal sealed class GateTrainer
{
    /// <summary>Densities at which recall is reported.</summary>
    public static readonly double[] Densities = [0.05, 0.1, 0.2, 0.3, 0.5];

    private readonly IReadOnlyList<GateExample> _training, _reported;
    private readonly GateLoss _loss;

    public GateTrainer(GateWeights weights, PositionTurns turns, IReadOnlyList<GateExample> training, IReadOnlyList<GateExample> reported)
    {
        (Weights, _training, _reported) = (weights, training, reported);
        _loss = new GateLoss(weights, turns, AttentionGates.Block);
        Before = Measure();
        After = Before;
        Best = Recall((example, row) => example.Mass[row]);
    }

    /// <summary>The weights as they are.</summary>
    public GateWeights Weights { get; }

    /// <summary>Loss of the reported examples, and recall at each density, before training.</summary>
    public (double Loss, double[] Recall) Before { get; }

    /// <summary>The same after training.</summary>
    public (double Loss, double[] Recall) After { get; private set; }

    /// <summary>Recall of the best blocks at each density.</summary>
    public double[] Best { get; }

    /// <summary>Takes every step.</summary>
    public void Train(int steps, double learningRate, CancellationToken cancellation)
    {
        var (query, key) = (new Adam(Weights.Query), new Adam(Weights.Key));
        var (queryGradient, keyGradient) = (new double[Weights.Query.Length], new double[Weights.Key.Length]);
        for (var step = 0; step < steps; step++)
        {
            Array.Clear(queryGradient);
            Array.Clear(keyGradient);
            foreach (var example in _training)
            {
                cancellation.ThrowIfCancellationRequested();
                _loss.Gradient(example, queryGradient, keyGradient);
            }

            // Adam does not ask for the gradient's length: a sum serves as well as a mean.
            var rate = learningRate * 0.5 * (1 + Math.Cos(Math.PI * step / steps));
            query.Step(queryGradient, rate);
            key.Step(keyGradient, rate);
        }

        After = Measure();
    }

    private (double Loss, double[] Recall) Measure() => (_reported.Average(_loss.Value), Recall((example, row) =>
    {
        if (row == example.FirstRow) _loss.Project(example);
        return _loss.Logits(example, row);
    }));

    private double[] Recall(Func<GateExample, int, double[]> likings)
    {
        var found = new double[Densities.Length];
        var rows = 0;
        foreach (var example in _reported)
            for (var row = example.FirstRow; row < example.Rows; row++, rows++)
            {
                var (likes, own) = (likings(example, row), example.Visible[row] - 1);
                // Kernels visit a row's own block in any case.
                var order = Enumerable.Range(0, own + 1).OrderByDescending(b => b == own).ThenByDescending(b => likes[b]).ToArray();
                for (var d = 0; d < Densities.Length; d++)
                    found[d] += order.Take(Math.Max(1, (int)Math.Ceiling(Densities[d] * order.Length))).Sum(b => example.Mass[row][b]);
            }

        return [.. found.Select(sum => sum / rows)];
    }
}
