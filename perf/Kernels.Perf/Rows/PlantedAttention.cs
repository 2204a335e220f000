namespace Kernels.Perf.Rows;

/// <summary>Random vectors of which some share a direction, so that selections find something.</summary>
internal sealed class PlantedAttention
{
    /// <summary>Keys of which one shares the direction of every query.</summary>
    public const int SharedOneIn = 40;

    // The product of both, by the scale, is a score of 20: clear of random scores and of an anchor's difference.
    private static readonly double SharedLength = Math.Sqrt(20 * Math.Sqrt(128));

    private readonly Random _random;
    private readonly float[] _direction;
    private readonly double _length;

    public PlantedAttention(int seed, int channels)
    {
        _random = new Random(seed);
        _direction = AttentionProblem.Gaussian(_random, channels);
        _length = Math.Sqrt(_direction.Sum(channel => (double)channel * channel));
    }

    /// <summary>Queries that all share the direction, and keys of which one in <see cref="SharedOneIn"/> does.</summary>
    public static AttentionData Draw(AttentionShape shape)
    {
        var planted = new PlantedAttention(shape.Keys + shape.HeadDim, shape.HeadDim);
        return new AttentionData(
            planted.Draw(shape.Queries * shape.QueryHeads, 1), planted.Draw(shape.Keys * shape.KeyHeads, SharedOneIn), planted.Draw(shape.Keys * shape.KeyHeads));
    }

    /// <summary>Vectors of standard normal channels; one in <paramref name="oneIn"/> shares the direction, none for 0.</summary>
    public float[] Draw(int vectors, int oneIn = 0)
    {
        var values = AttentionProblem.Gaussian(_random, (long)vectors * _direction.Length);
        for (var vector = 0; vector < vectors && oneIn > 0; vector++)
        {
            if (_random.Next(oneIn) != 0) continue;
            for (var c = 0; c < _direction.Length; c++) values[vector * _direction.Length + c] += (float)(SharedLength * _direction[c] / _length);
        }

        return values;
    }
}
