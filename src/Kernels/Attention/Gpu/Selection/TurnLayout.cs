using System.ComponentModel;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Kernels;

/// <summary>Where the tables of a rotation lie, in elements; see <see cref="RotaryTurns"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct TurnLayout
{
    /// <summary>[block, cosines then sines]: the turns of first positions; [place, cosines then sines]: those of places in a block.</summary>
    public long Starts, Places;

    /// <summary>Positions of a block, and pairs of channels.</summary>
    public int Block, Pairs;

    /// <summary>Factor on cosine, and on sine.</summary>
    public float Cosine, Sine;

    /// <summary>Channel <paramref name="channel"/> of a vector turned to <paramref name="position"/>.</summary>
    /// <param name="numbers">The tables.</param>
    /// <param name="own">The channel.</param>
    /// <param name="other">The channel it is paired with.</param>
    /// <param name="channel">Number of the channel.</param>
    /// <param name="position">Position.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly float Turn(ArrayView<float> numbers, float own, float other, int channel, int position)
    {
        var (block, isLow) = (position / Block, channel < Pairs);
        var start = Starts + (long)block * 2 * Pairs + (isLow ? channel : channel - Pairs);
        var place = Places + (long)(position - block * Block) * 2 * Pairs + (isLow ? channel : channel - Pairs);
        var (c, s, d, t) = (numbers[start], numbers[start + Pairs], numbers[place], numbers[place + Pairs]);

        // The turn by a sum of angles.
        var (cosine, sine) = ((c * d - s * t) * Cosine, (s * d + c * t) * Sine);
        return own * cosine + other * (isLow ? -sine : sine);
    }

    /// <summary>The channel that <paramref name="channel"/> is paired with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly int Partner(int channel) => channel < Pairs ? channel + Pairs : channel - Pairs;
}
