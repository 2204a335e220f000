using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Chooses and stores N of each group of M inputs: those of the largest scores, which are magnitudes or a mask; of equal ones the earlier.</summary>
internal static unsafe class SemiStructuredPacker
{
    /// <summary>Packs <paramref name="steps"/> groups, starting a run, of fp32 [M · steps][width] at <paramref name="staged"/>, scored alike at <paramref name="scores"/>.</summary>
    public static void Pack(float* staged, float* scores, byte* target, in PanelLayout layout, int steps)
    {
        var values = stackalloc float[layout.Kept * layout.Width];
        for (var step = 0; step < steps; step += layout.Run)
        {
            var metadata = (uint*)target;
            new Span<byte>(target, layout.RunBytes).Clear();
            target += layout.RunBytes;
            for (var i = 0; i < Math.Min(layout.Run, steps - step); i++)
            {
                for (var lane = 0; lane < layout.Width; lane += Vector128<float>.Count)
                    if (layout is { Kept: 2, Of: 4 }) ChooseTwoOfFour(staged + lane, scores + lane, layout.Width, values + lane, metadata + lane, 4 * i);
                    else Choose(staged + lane, scores + lane, layout, values + lane, metadata + lane, i * layout.Kept);
                PanelEncoder.Encode(values, target, layout.Type, layout.Width, layout.Kept);
                staged += layout.Of * layout.Width;
                scores += layout.Of * layout.Width;
                target += layout.StepBytes;
            }
        }
    }

    /// <summary>Keeps N of M for four outputs at once: a column stays if fewer than N others beat it. The group's slots of a run begin with <paramref name="slot"/>.</summary>
    [SkipLocalsInit]
    private static void Choose(float* group, float* scores, in PanelLayout layout, float* values, uint* metadata, int slot)
    {
        var (kept, of, width) = (layout.Kept, layout.Of, layout.Width);
        var magnitudes = stackalloc Vector128<int>[of];
        var beaten = stackalloc Vector128<int>[of]; // minus the number of columns that beat each
        for (var i = 0; i < of; i++)
        {
            magnitudes[i] = Magnitude(scores + i * width);
            beaten[i] = Vector128<int>.Zero;
            for (var earlier = 0; earlier < i; earlier++)
            {
                var isLarger = Vector128.GreaterThan(magnitudes[i], magnitudes[earlier]);
                beaten[earlier] += isLarger;
                beaten[i] += ~isLarger;
            }
        }

        for (var lane = 0; lane < Vector128<int>.Count; lane++)
            for (int i = 0, next = slot; i < of; i++)
            {
                if (beaten[i][lane] <= -kept) continue;
                values[(next - slot) * width + lane] = group[i * width + lane];
                metadata[next / layout.SlotsOfWord * width + lane] |= (uint)i << (next % layout.SlotsOfWord * layout.ColumnBits);
                next++;
            }
    }

    /// <summary>Keeps two of four for four outputs at once.</summary>
    private static void ChooseTwoOfFour(float* group, float* scores, int width, float* values, uint* metadata, int shift)
    {
        var x0 = Vector128.Load(group);
        var x1 = Vector128.Load(group + width);
        var x2 = Vector128.Load(group + 2 * width);
        var x3 = Vector128.Load(group + 3 * width);
        var (m0, m1, m2, m3) = (Magnitude(scores), Magnitude(scores + width), Magnitude(scores + 2 * width), Magnitude(scores + 3 * width));

        // −1 where the later column is strictly larger: on a tie the earlier one wins.
        var (b01, b02, b03) = (Vector128.GreaterThan(m1, m0), Vector128.GreaterThan(m2, m0), Vector128.GreaterThan(m3, m0));
        var (b12, b13, b23) = (Vector128.GreaterThan(m2, m1), Vector128.GreaterThan(m3, m1), Vector128.GreaterThan(m3, m2));
        var all = Vector128<int>.AllBitsSet;

        // A column is kept if fewer than two others beat it: minus the number of those is above −2.
        var limit = Vector128.Create(-2);
        var keep0 = Vector128.GreaterThan(b01 + b02 + b03, limit);
        var keep1 = Vector128.GreaterThan((all ^ b01) + b12 + b13, limit);
        var keep2 = Vector128.GreaterThan((all ^ b02) + (all ^ b12) + b23, limit);
        var keep3 = Vector128.GreaterThan(keep0 + keep1 + keep2, limit);

        var first = Vector128.ConditionalSelect(keep0, Vector128<int>.Zero, Vector128.ConditionalSelect(keep1, Vector128<int>.One, Vector128.Create(2)));
        var second = Vector128.ConditionalSelect(keep3, Vector128.Create(3), Vector128.ConditionalSelect(keep2, Vector128.Create(2), Vector128<int>.One));
        Vector128.Store(Vector128.ConditionalSelect(keep0.AsSingle(), x0, Vector128.ConditionalSelect(keep1.AsSingle(), x1, x2)), values);
        Vector128.Store(Vector128.ConditionalSelect(keep3.AsSingle(), x3, Vector128.ConditionalSelect(keep2.AsSingle(), x2, x1)), values + width);
        Vector128.Store(Vector128.Load(metadata) | ((first | second << 2) << shift).AsUInt32(), metadata);
    }

    /// <summary>Bits that order like the magnitude; NaN above infinity, so that it is never dropped for a number.</summary>
    private static Vector128<int> Magnitude(float* values) => Vector128.Load((int*)values) & Vector128.Create(0x7FFFFFFF);
}
