using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Rotates vectors by their positions, there and back, with tables for the blocks' first positions and for the places within a block.</summary>
internal sealed unsafe class RotaryTurns
{
    private const int Lanes = 8;

    private readonly int _block, _pairs;
    private readonly float[] _starts, _places;
    private readonly float _factor;

    public RotaryTurns(RotaryFrequencies rotation, int block, int blocks)
    {
        (_block, _pairs, _factor) = (block, rotation.Frequencies.Length, (float)rotation.Factor);
        _starts = Table(rotation, blocks, block);
        _places = Table(rotation, block, 1);
    }

    /// <summary>[block, cosines then sines]: the turns of the blocks' first positions.</summary>
    public ReadOnlySpan<float> Starts => _starts;

    /// <summary>[place, cosines then sines]: the turns of the places within a block.</summary>
    public ReadOnlySpan<float> Places => _places;

    /// <summary>Positions of a block.</summary>
    public int Block => _block;

    /// <summary>Pairs of channels.</summary>
    public int Pairs => _pairs;

    /// <summary>Factor on cosine and sine of a turn.</summary>
    public float Factor => _factor;

    /// <summary>Bytes held.</summary>
    public long ByteLength => (_starts.Length + _places.Length) * (long)sizeof(float);

    /// <summary>Rotates a vector as its layer would at <paramref name="position"/>.</summary>
    public void Turn(float* vector, int position) => Turn(vector, position, 1, _factor);

    /// <summary>Undoes <see cref="Turn(float*, int)"/>.</summary>
    public void TurnBack(float* vector, int position) => Turn(vector, position, -1, 1 / _factor);

    private void Turn(float* vector, int position, float direction, float factor)
    {
        fixed (float* start = &_starts[position / _block * 2 * _pairs], place = &_places[position % _block * 2 * _pairs])
        {
            var high = vector + _pairs;
            var i = 0;
            for (; i <= _pairs - Lanes; i += Lanes)
            {
                // The turn by a sum of angles.
                var (c, s) = (Vector256.Load(start + i), Vector256.Load(start + _pairs + i));
                var (d, t) = (Vector256.Load(place + i), Vector256.Load(place + _pairs + i));
                var (cos, sin) = ((c * d - s * t) * factor, (s * d + c * t) * (direction * factor));
                var (x, y) = (Vector256.Load(vector + i), Vector256.Load(high + i));
                (x * cos - y * sin).Store(vector + i);
                (y * cos + x * sin).Store(high + i);
            }

            for (; i < _pairs; i++)
            {
                var (c, s, d, t) = (start[i], start[_pairs + i], place[i], place[_pairs + i]);
                var (cos, sin) = ((c * d - s * t) * factor, (s * d + c * t) * (direction * factor));
                (vector[i], high[i]) = (vector[i] * cos - high[i] * sin, high[i] * cos + vector[i] * sin);
            }
        }
    }

    private static float[] Table(RotaryFrequencies rotation, int count, int step)
    {
        var pairs = rotation.Frequencies.Length;
        var table = new float[checked(count * 2 * pairs)];
        for (var row = 0; row < count; row++)
            for (var i = 0; i < pairs; i++)
            {
                var (sin, cos) = Math.SinCos((double)row * step * rotation.Frequencies[i]);
                (table[row * 2 * pairs + i], table[row * 2 * pairs + pairs + i]) = ((float)cos, (float)sin);
            }

        return table;
    }
}
