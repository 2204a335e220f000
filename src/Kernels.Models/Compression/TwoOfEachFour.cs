using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels.Models;

/// <summary>2:4 by magnitude for two groups of 16-bit weights at a time.</summary>
internal static unsafe class TwoOfEachFour
{
    /// <summary>Weights of a step.</summary>
    public const int Step = 8;

    // For each mask of two groups, the bytes of the four weights that stay, then of the four that go.
    private static readonly byte[] Order = new byte[256 * 2 * Step];

    static TwoOfEachFour()
    {
        for (var mask = 0; mask < 256; mask++)
            for (int i = 0, kept = 0, dropped = Step / 2; i < Step; i++)
            {
                var place = (mask >> i & 1) != 0 ? kept++ : dropped++;
                if (place >= Step) break; // not a mask of two of each four
                Order[(mask * Step + place) * 2] = (byte)(2 * i);
                Order[(mask * Step + place) * 2 + 1] = (byte)(2 * i + 1);
            }
    }

    /// <summary>Prunes the first weights of a row.</summary>
    /// <param name="weights">The row.</param>
    /// <param name="steps">Steps of eight weights.</param>
    /// <param name="values">Gets the weights that stay, in order.</param>
    /// <param name="mask">Gets a byte a step: bit i is set where weight i stays; of equal magnitudes the earlier.</param>
    /// <param name="stays">Σ of the squares that stay; not a number where a weight is not finite.</param>
    /// <param name="goes">Σ of the squares that go.</param>
    public static void Row<TBits>(ushort* weights, int steps, ushort* values, byte* mask, out double stays, out double goes)
        where TBits : struct, IHalfWidthBits
    {
        var (kept, dropped, largest) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector128<short>.Zero);
        fixed (byte* order = Order)
            for (var step = 0; step < steps; step++)
            {
                var stored = Vector128.Load(weights + step * Step);
                var magnitudes = (stored & Vector128.Create((ushort)0x7FFF)).AsInt16();
                largest = Vector128.Max(largest, magnitudes);
                var larger =
                    Beaten(magnitudes, Vector128.Shuffle(magnitudes, Vector128.Create(1, 2, 3, 0, 5, 6, 7, 4)), Vector128.Create(0, 0, 0, 1, 0, 0, 0, 1))
                    + Beaten(magnitudes, Vector128.Shuffle(magnitudes, Vector128.Create(2, 3, 0, 1, 6, 7, 4, 5)), Vector128.Create(0, 0, 1, 1, 0, 0, 1, 1))
                    + Beaten(magnitudes, Vector128.Shuffle(magnitudes, Vector128.Create(3, 0, 1, 2, 7, 4, 5, 6)), Vector128.Create(0, 1, 1, 1, 0, 1, 1, 1));
                var chosen = Vector128.GreaterThan(larger, Vector128.Create((short)-2)).ExtractMostSignificantBits();
                mask[step] = (byte)chosen;
                var ordered = Vector128.ShuffleNative(stored.AsByte(), Vector128.Load(order + chosen * 2 * Step)).AsUInt16();
                ordered.GetLower().Store(values + step * (Step / 2));
                var (low, high) = Vector128.Widen(ordered);
                kept += Squares(TBits.Magnitudes(low));
                dropped += Squares(TBits.Magnitudes(high));
            }

        (stays, goes) = (Vector256.Sum(kept), Vector256.Sum(dropped));
        if (Vector128.GreaterThanOrEqualAny(largest, Vector128.Create(TBits.Infinity))) stays = double.NaN;
    }

    // −1 where the other is larger or, being earlier, as large.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Beaten(Vector128<short> magnitudes, Vector128<short> others, Vector128<short> earlier) =>
        Vector128.GreaterThan(others, magnitudes - earlier);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Squares(Vector128<float> values)
    {
        var (low, high) = Vector128.Widen(values);
        var wide = Vector256.Create(low, high);
        return wide * wide;
    }
}
