namespace Kernels.Models;

/// <summary>Adam (arXiv 1412.6980, algorithm 1) on one array of weights.</summary>
internal sealed class Adam(double[] weights)
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly double[] _first = new double[weights.Length], _second = new double[weights.Length];
    private double _decay1 = 1, _decay2 = 1;

    /// <summary>Moves the weights down a gradient.</summary>
    public void Step(double[] gradient, double rate)
    {
        (_decay1, _decay2) = (_decay1 * Beta1, _decay2 * Beta2);
        for (var i = 0; i < weights.Length; i++)
        {
            _first[i] = Beta1 * _first[i] + (1 - Beta1) * gradient[i];
            _second[i] = Beta2 * _second[i] + (1 - Beta2) * gradient[i] * gradient[i];
            weights[i] -= rate * (_first[i] / (1 - _decay1)) / (Math.Sqrt(_second[i] / (1 - _decay2)) + Epsilon);
        }
    }
}
