using Kernels.Training.Model;
using Kernels.Training.Numerics;

namespace Kernels.Training.Running;

/// <summary>Data-parallel replicas for one sequence length, one thread each.</summary>
internal sealed unsafe class ReplicaTeam : IDisposable
{
    private readonly Replica[] _replicas;
    private readonly ParameterLayout _layout;
    private readonly int _sequences, _tokens;

    /// <summary>Plans replicas that hold <paramref name="sequences"/> sequences together.</summary>
    public ReplicaTeam(ParameterLayout layout, int workers, int sequences, int tokens, int reach = 0, double reachWeight = 0)
    {
        if (sequences % workers != 0)
            throw new ArgumentException($"{sequences} sequences a step do not divide evenly among {workers} workers.");
        (_layout, _sequences, _tokens) = (layout, sequences / workers, tokens);
        _replicas = new Replica[workers];
        for (var i = 0; i < workers; i++) _replicas[i] = new Replica(layout, _sequences, tokens, null, reach, reachWeight);
    }

    /// <summary>Tokens of one pass of the team.</summary>
    public int Tokens => _replicas.Length * _sequences * _tokens;

    /// <summary>Mean of <see cref="Replica.Outside"/> per row in the last run.</summary>
    public double Outside => _replicas.Sum(replica => replica.Outside) / Tokens;

    /// <summary>
    /// Runs the windows that begin at <paramref name="starts"/>; returns the mean loss in nats. With <paramref name="gradient"/>
    /// not null it receives the gradient of that mean, summed in worker order.
    /// </summary>
    public double Run(float* parameters, byte[] text, int[] starts, float* gradient)
    {
        var losses = new double[_replicas.Length];
        var training = gradient != null;
        Parallel.For(0, _replicas.Length, new ParallelOptions { MaxDegreeOfParallelism = _replicas.Length }, worker =>
        {
            var replica = _replicas[worker];
            replica.Load(parameters, training);
            var inputs = new byte[replica.BatchTokens];
            var targets = new byte[replica.BatchTokens];
            for (var s = 0; s < _sequences; s++)
            {
                var start = starts[worker * _sequences + s];
                text.AsSpan(start, _tokens).CopyTo(inputs.AsSpan(s * _tokens));
                text.AsSpan(start + 1, _tokens).CopyTo(targets.AsSpan(s * _tokens));
            }

            if (!training)
            {
                losses[worker] = replica.Evaluate(inputs, targets);
                return;
            }

            replica.ClearGradient();
            losses[worker] = replica.Accumulate(inputs, targets, 1f / Tokens);
        });
        if (training)
        {
            new Span<float>(gradient, _layout.Length).Clear();
            foreach (var replica in _replicas) VectorSpans.Add(replica.Gradient, gradient, _layout.Length);
        }

        return losses.Sum() / Tokens;
    }

    public void Dispose()
    {
        foreach (var replica in _replicas) replica.Dispose();
    }
}
