namespace Kernels.Models;

/// <summary>Rotations by position in fp64, of the layout published checkpoints have (channels i and i + n/2 turn together).</summary>
internal sealed class PositionTurns
{
    private readonly (double Cos, double Sin)[] _turns;
    private readonly int _pairs;

    public PositionTurns(RotaryFrequencies rotation, int positions)
    {
        _pairs = rotation.Frequencies.Length;
        Factor = rotation.Factor;
        _turns = new (double, double)[positions * _pairs];
        for (var i = 0; i < _turns.Length; i++)
        {
            var (sin, cos) = Math.SinCos(i / _pairs * rotation.Frequencies[i % _pairs]);
            _turns[i] = (cos, sin);
        }
    }

    /// <summary>Factor on cosine and sine, which <see cref="Turn"/> leaves to its callers.</summary>
    public double Factor { get; }

    /// <summary>Rotates forward, or with −1 back.</summary>
    public void Turn(Span<double> vector, int position, int direction)
    {
        var turns = _turns.AsSpan(position * _pairs, _pairs);
        for (var i = 0; i < _pairs; i++)
        {
            var (cos, sin) = (turns[i].Cos, direction * turns[i].Sin);
            (vector[i], vector[i + _pairs]) = (vector[i] * cos - vector[i + _pairs] * sin, vector[i] * sin + vector[i + _pairs] * cos);
        }
    }
}
