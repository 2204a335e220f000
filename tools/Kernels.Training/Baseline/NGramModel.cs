using System.Runtime.InteropServices;

namespace Kernels.Training.Baseline;

/// <summary>
/// An interpolated byte n-gram with absolute discounting (Ney, Essen, Kneser 1994): with n(h·c) occurrences of byte c after
/// context h, n(h) of the context and t(h) different bytes after it,
/// p(c|h) = max(n(h·c) − D, 0) ÷ n(h) + D·t(h) ÷ n(h) · p(c|h without its oldest byte), and below order 0 the uniform distribution.
/// </summary>
/// <remarks>One discount per order, in (0, 1), tuned on text that was not counted.</remarks>
internal sealed class NGramModel
{
    private readonly Dictionary<ulong, int>[] _pairs;
    private readonly Dictionary<ulong, Context>[] _contexts;

    /// <summary>A model that looks back <paramref name="order"/> bytes, 0 to 6.</summary>
    public NGramModel(int order)
    {
        if (order is < 0 or > 6) throw new ArgumentOutOfRangeException(nameof(order), order, "Orders 0 to 6 fit the packed keys.");
        _pairs = new Dictionary<ulong, int>[order + 1];
        _contexts = new Dictionary<ulong, Context>[order + 1];
        for (var k = 0; k <= order; k++) (_pairs[k], _contexts[k]) = ([], []);
        Discounts = [.. Enumerable.Repeat(0.7, order + 1)];
    }

    /// <summary>Bytes of context.</summary>
    public int Order => _pairs.Length - 1;

    /// <summary>Discount of each order, from 0.</summary>
    public double[] Discounts { get; }

    /// <summary>Counts a text; its first bytes are counted only in the orders whose context they have.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        for (var k = 0; k <= Math.Min(Order, i); k++)
        {
            var context = Key(text, i, k);
            ref var pair = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs[k], (context << 8) | text[i], out _);
            ref var seen = ref CollectionsMarshal.GetValueRefOrAddDefault(_contexts[k], context, out _);
            if (pair++ == 0) seen.Types++;
            seen.Total++;
        }
    }

    /// <summary>Probability of <paramref name="next"/> after <paramref name="history"/>, of which the last bytes count.</summary>
    public double Probability(ReadOnlySpan<byte> history, byte next)
    {
        Span<Statistics> statistics = stackalloc Statistics[Order + 1];
        Gather(history, history.Length, next, statistics);
        return Mix(statistics);
    }

    /// <summary>Mean loss in nats over every byte of <paramref name="text"/>.</summary>
    public double Loss(ReadOnlySpan<byte> text)
    {
        Span<Statistics> statistics = stackalloc Statistics[Order + 1];
        double sum = 0;
        for (var i = 0; i < text.Length; i++)
        {
            Gather(text, i, text[i], statistics);
            sum -= Math.Log(Mix(statistics));
        }

        return sum / text.Length;
    }

    /// <summary>Chooses the discounts that minimise the loss on <paramref name="heldOut"/>, one order at a time, twice over.</summary>
    public void Tune(ReadOnlySpan<byte> heldOut)
    {
        var width = Order + 1;
        var statistics = new Statistics[heldOut.Length * width];
        for (var i = 0; i < heldOut.Length; i++) Gather(heldOut, i, heldOut[i], statistics.AsSpan(i * width, width));
        for (var pass = 0; pass < 2; pass++)
        for (var k = 0; k <= Order; k++)
        {
            var (best, least) = (Discounts[k], double.PositiveInfinity);
            for (var candidate = 0.05; candidate < 1; candidate += 0.05)
            {
                Discounts[k] = candidate;
                double loss = 0;
                for (var i = 0; i < heldOut.Length; i++) loss -= Math.Log(Mix(statistics.AsSpan(i * width, width)));
                if (loss < least) (best, least) = (candidate, loss);
            }

            Discounts[k] = best;
        }
    }

    /// <summary>The k bytes before position <paramref name="i"/>.</summary>
    private static ulong Key(ReadOnlySpan<byte> text, int i, int k)
    {
        ulong key = 0;
        for (var j = i - k; j < i; j++) key = (key << 8) | text[j];
        return key;
    }

    private void Gather(ReadOnlySpan<byte> text, int i, byte next, Span<Statistics> statistics)
    {
        statistics.Clear();
        for (var k = 0; k <= Math.Min(Order, i); k++)
        {
            var context = Key(text, i, k);
            if (!_contexts[k].TryGetValue(context, out var seen)) return; // a longer context cannot have been seen either
            _pairs[k].TryGetValue((context << 8) | next, out var count);
            statistics[k] = new Statistics(count, seen.Total, seen.Types);
        }
    }

    private double Mix(ReadOnlySpan<Statistics> statistics)
    {
        var probability = 1.0 / 256;
        for (var k = 0; k < statistics.Length && statistics[k].Total > 0; k++)
        {
            var (count, total, types) = statistics[k];
            probability = (Math.Max(count - Discounts[k], 0) + Discounts[k] * types * probability) / total;
        }

        return probability;
    }

    private struct Context
    {
        public int Total, Types;
    }

    private readonly record struct Statistics(int Count, int Total, int Types);
}
